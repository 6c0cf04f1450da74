/** What the hub needs of `cloudflare:workers`, where it runs over SQLite in Node (tests/sim/hub.ts). */
export class DurableObject {
  protected readonly ctx: unknown;
  protected readonly env: unknown;
  constructor(ctx: unknown, env: unknown) {
    this.ctx = ctx;
    this.env = env;
  }
}
