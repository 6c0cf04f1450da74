/** As its README says, with hibernation: `onLoad` and `onSave` at the times that it sets itself. */
import { routePartykitRequest } from "partyserver";
import { YServer } from "y-partyserver";
import { load, prepare, save } from "./stored.mjs";

export class Party extends YServer {
  static options = { hibernate: true };

  async onLoad() {
    prepare(this.ctx.storage);
    await load(this.ctx.storage, this.document);
  }
  async onSave() {
    save(this.ctx.storage, this.document);
  }
}

/** `/parties/party/<document>`. */
export default {
  fetch: async (request, env) => (await routePartykitRequest(request, env)) ?? new Response(null, { status: 404 }),
};
