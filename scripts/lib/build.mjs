/** Builds web/ into dist/web when its sources changed since the last build. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./ensure-install.mjs";
import { run } from "./run.mjs";

const mark = `${root}dist/web.sources`;
/** Whoever asks: a test runner's own NODE_ENV would make a build without the service worker, and `npm start` would take it. */
const env = { NODE_ENV: "production" };

/** A hash of everything the build reads. Contents, not times: git sets times anew on every checkout. */
function sourcesHash() {
  const hash = createHash("sha256").update(JSON.stringify([env, process.env.CRM_CONNECT ?? ""]));
  const files = ["vite.config.ts", "package-lock.json", "tsconfig.base.json"];
  for (const folder of ["web", "shared"])
    if (existsSync(root + folder))
      for (const entry of readdirSync(root + folder, { recursive: true, withFileTypes: true }))
        if (entry.isFile() && !/\.test\.tsx?$/.test(entry.name))
          files.push(join(entry.parentPath, entry.name).slice(root.length));
  for (const file of files.sort())
    hash
      .update(file)
      .update("\0")
      .update(readFileSync(root + file))
      .update("\0");
  return hash.digest("hex");
}

/** Resolves with null, or with what the build printed if it failed. */
export async function buildWeb() {
  const now = sourcesHash();
  if (existsSync(`${root}dist/web/index.html`) && existsSync(mark) && readFileSync(mark, "utf8") === now) return null;
  const { code, output } = await run("vite", ["build", "--logLevel", "warn"], { env });
  if (code !== 0) return output;
  writeFileSync(mark, now);
  return null;
}
