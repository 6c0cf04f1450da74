/**
 * Hocuspocus in a Durable Object: `handleConnection` with the object's socket, load and store hooks as set by default.
 * It can't hibernate: its connections are objects in memory.
 */
import { DurableObject } from "cloudflare:workers";
import { Hocuspocus } from "@hocuspocus/server";
import { load, prepare, save } from "./stored.mjs";

export class Pad extends DurableObject {
  constructor(ctx, env) {
    super(ctx, env);
    prepare(ctx.storage);
    this.server = new Hocuspocus({
      quiet: true,
      onLoadDocument: ({ document }) => load(ctx.storage, document),
      onStoreDocument: async ({ document }) => save(ctx.storage, document),
    });
  }
  fetch(request) {
    const [client, socket] = Object.values(new WebSocketPair());
    socket.binaryType = "arraybuffer";
    socket.accept();
    const line = this.server.handleConnection(socket, request);
    socket.addEventListener("message", ({ data }) => line.handleMessage(new Uint8Array(data)));
    socket.addEventListener("close", ({ code, reason }) => line.handleClose({ code, reason }));
    return new Response(null, { status: 101, webSocket: client });
  }
}

/** `/<document>`. */
export default {
  fetch: (request, env) => env.PAD.getByName(new URL(request.url).pathname.slice(1)).fetch(request),
};
