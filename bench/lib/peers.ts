/**
 * The products that a suite is measured beside. They come from npm on first use into a folder of the suite's own, at
 * the exact versions of bench/peers.json, and are no dependency of the product.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

/** Where a suite's peers are; their sources resolve from here. */
export const peersOf = (suite: string): string => fileURLToPath(new URL(`../.peers/${suite}/`, import.meta.url));
const pins = JSON.parse(readFileSync(new URL("../peers.json", import.meta.url), "utf8")) as {
  readonly [suite: string]: { readonly [name: string]: string };
};

/** What is installed, by name; throws with npm's own words if it can't be. */
export function installPeers(suite: string): ReadonlyMap<string, string> {
  const folder = peersOf(suite);
  const wanted = Object.entries(pins[suite] ?? {});
  const versionOf = (name: string): string | null => {
    const file = `${folder}node_modules/${name}/package.json`;
    return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version : null;
  };
  if (wanted.some(([name, version]) => versionOf(name) !== version)) {
    console.error(`Installing the peers from npm into bench/.peers/${suite} …`);
    mkdirSync(folder, { recursive: true });
    const dependencies = Object.fromEntries(wanted);
    writeFileSync(`${folder}package.json`, JSON.stringify({ private: true, dependencies }));
    const npm = spawnSync("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], {
      cwd: folder,
      encoding: "utf8",
    });
    if (npm.status !== 0) throw new Error(`The peers can't be installed: ${npm.error?.message ?? npm.stderr}`);
  }
  return new Map(wanted.map(([name]) => [name, versionOf(name) ?? "missing"]));
}

/** A peer's exports, in the form in which the caller uses them. */
export const loadPeer = <T>(suite: string, name: string): T =>
  createRequire(`${peersOf(suite)}package.json`)(name) as T;
