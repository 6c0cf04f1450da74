/** `npm run check`: types, lint, formatting, dead code, the tidy tests, bundle budgets. Prints what is wrong, and one line. */
import { existsSync } from "node:fs";
import { ensureInstall, root } from "./lib/ensure-install.mjs";

await ensureInstall();
const { buildWeb } = await import("./lib/build.mjs");
const { checkBudgets } = await import("./lib/budgets.mjs");
const { run } = await import("./lib/run.mjs");

const tidy = ["tests/tidy.test.ts", "tests/tokens.test.ts"].filter((file) => existsSync(root + file));
const startedAt = Date.now();
const tool = (name, args) => async () => {
  const { code, output } = await run(name, args, { env: { NO_COLOR: "1" } });
  return code === 0 ? null : output.trim();
};
const checks = [
  ["types", tool("tsc", ["-b"])],
  ["lint", tool("oxlint", ["--type-aware", "--deny-warnings"])],
  ["formatting", tool("oxfmt", ["--check"])],
  ["dead code", tool("knip", ["--no-progress"])],
  ["tidy", tool("vitest", ["run", "--project", "unit", "--reporter=dot", ...tidy])],
  ["budgets", async () => (await buildWeb()) ?? (checkBudgets().join("\n") || null)],
];

// Two at a time: that is what a small machine has cores for.
const failures = [];
const queue = [...checks];
await Promise.all(
  [0, 1].map(async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const [name, check] = next;
      const complaint = await check();
      if (complaint) failures.push({ name, complaint });
    }
  }),
);
for (const { name, complaint } of failures) console.error(`\n== ${name}\n${complaint}`);
const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
console.log(
  failures.length === 0
    ? `check: all ${checks.length} clean in ${seconds} s`
    : `check: ${failures.map(({ name }) => name).join(", ")} not clean (${seconds} s)`,
);
process.exit(failures.length === 0 ? 0 : 1);
