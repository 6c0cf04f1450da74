/** The product's own Worker; what is added counts how often a room is made and how many rows it writes. */
import worker, { AccountRoom as Room, Hub } from "../../../worker/index.ts";

const counts = { made: 0, rows: 0 };
let countsRows = false; // it costs a little, so not while time is taken
export { Hub };
export class AccountRoom extends Room {
  constructor(ctx, env) {
    counts.made += 1;
    if (countsRows) {
      const { sql } = ctx.storage;
      const exec = sql.exec.bind(sql);
      sql.exec = (...args) => {
        const cursor = exec(...args);
        counts.rows += cursor.rowsWritten;
        return cursor;
      };
    }
    super(ctx, env);
  }
}
export default {
  ...worker,
  fetch(request, env, ctx) {
    const { pathname } = new URL(request.url);
    if (pathname !== "/counts" && pathname !== "/counts/rows") return worker.fetch(request, env, ctx);
    countsRows ||= pathname === "/counts/rows";
    return Response.json(counts);
  },
};
