/** What the client takes of the engine (web/data/store.ts). */
export { bindSlice } from "../../shared/access/engine.ts";
