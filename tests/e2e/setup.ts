/** Once for the whole run of browser tests: the built client, and a place for state folders that are copied. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { buildWeb } from "../../scripts/lib/build.mjs";

declare module "vitest" {
  interface ProvidedContext {
    readonly statesDir: string;
  }
}

export default async function setup(project: TestProject): Promise<() => void> {
  const buildError = await buildWeb();
  if (buildError) throw new Error(`The web client does not build:\n${buildError}`);
  const statesDir = mkdtempSync(join(tmpdir(), "baton-states-"));
  project.provide("statesDir", statesDir);
  return () => rmSync(statesDir, { recursive: true, force: true });
}
