import { serve, type ToWorker } from "./serve.ts";

const handle = serve((message) => postMessage(message));
addEventListener("message", ({ data }: MessageEvent<ToWorker>) => handle(data));
