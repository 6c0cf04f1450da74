/** The product's own Worker; what is added counts how often a room is made and how many rows it writes. */
import worker, { AccountRoom as Room, Hub } from "../../../worker/index.ts";

const counts = new Map(); // by room
let countsRows = false; // it costs a little, so not while time is taken
export { Hub };
export class AccountRoom extends Room {
  constructor(ctx, env) {
    const count = counts.get(ctx.id.name) ?? { made: 0, rows: 0 };
    counts.set(ctx.id.name, count);
    count.made += 1;
    if (countsRows) {
      const { sql } = ctx.storage;
      const exec = sql.exec.bind(sql);
      sql.exec = (...args) => {
        const cursor = exec(...args);
        count.rows += cursor.rowsWritten;
        return cursor;
      };
    }
    super(ctx, env);
  }
}
export default {
  ...worker,
  /** `/counts/<account>`, or `/counts/<account>/rows` to count rows from its next making on. */
  fetch(request, env, ctx) {
    const [, path, room, rows] = new URL(request.url).pathname.split("/");
    if (path !== "counts") return worker.fetch(request, env, ctx);
    countsRows ||= rows === "rows";
    return Response.json(counts.get(room) ?? { made: 0, rows: 0 });
  },
};
