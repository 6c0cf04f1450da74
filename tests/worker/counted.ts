/** The Worker as it is shipped, with a line in the log whenever a room's object is made: so one sees that it slept. */
import type { Env } from "../../worker/env.ts";
import worker, { AccountRoom as Room, Hub } from "../../worker/index.ts";

export class AccountRoom extends Room {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    console.log("room made");
  }
}
export { Hub };
export default worker;
