/** Pages are assets and routes are the Worker's: the patterns of wrangler.toml must tell them apart. */
import { describe, expect, test } from "vitest";
import { paths } from "../../web/paths.ts";
import { app } from "../../worker/app.ts";

const [toml = ""] = Object.values(
  import.meta.glob("../../wrangler.toml", { query: "?raw", import: "default", eager: true }),
);
const patterns = [...(/^run_worker_first = \[(.*)\]$/m.exec(toml)?.[1] ?? "").matchAll(/"([^"]+)"/g)].map(
  ([, pattern]) => pattern ?? "",
);
/** As the asset server reads a pattern: `*` stands for anything, also nothing. */
const reachesWorker = (path: string) =>
  patterns.some((pattern) =>
    new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replace(/\*/g, ".*")}$`).test(path),
  );

describe("paths", () => {
  test("every route of the Worker is reached", () => {
    // Middleware for everything has the path `/*`; it is no address of its own.
    const routes = app.routes.map(({ path }) => path).filter((path) => path !== "/*" && path !== "*");
    expect(routes.length).toBeGreaterThan(20);
    expect(routes.filter((path) => !reachesWorker(path))).toEqual([]);
  });
  test("no screen is taken for a route of the Worker", () => {
    const screens = Object.values(paths).map((path) => (typeof path === "string" ? path : path("local_acc_0")));
    expect(screens).toContain("/");
    expect(screens.filter((screen) => reachesWorker(screen))).toEqual([]);
  });
});
