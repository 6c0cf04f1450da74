/** The floor: a hibernating Durable Object that hands every message on to the others, and the same that first writes a row. */
import { DurableObject } from "cloudflare:workers";

export class Raw extends DurableObject {
  fetch() {
    const [client, server] = Object.values(new WebSocketPair());
    this.ctx.acceptWebSocket(server);
    return new Response(null, { status: 101, webSocket: client });
  }
  webSocketMessage(ws, message) {
    for (const other of this.ctx.getWebSockets()) if (other !== ws) other.send(message);
  }
}

export class RawRow extends Raw {
  constructor(ctx, env) {
    super(ctx, env);
    ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS log(k INTEGER PRIMARY KEY, d BLOB NOT NULL)");
  }
  webSocketMessage(ws, message) {
    this.ctx.storage.sql.exec("INSERT INTO log(d) VALUES (?)", message);
    super.webSocketMessage(ws, message);
  }
}

/** `/raw/<document>` and `/row/<document>`. */
export default {
  fetch(request, env) {
    const [, kind, name = ""] = new URL(request.url).pathname.split("/");
    return (kind === "raw" ? env.RAW : env.ROW).getByName(name).fetch(request);
  },
};
