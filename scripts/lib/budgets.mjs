/** What the build may weigh (bench/budgets.json). Read from dist/web itself: page, chunks and service worker. */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { basename } from "node:path";
import { gzipSync } from "node:zlib";
import { root } from "./ensure-install.mjs";

const dist = `${root}dist/web/`;

/** Complaints, empty when the build keeps its budgets. */
export function checkBudgets() {
  const { parts, complaints } = weights();
  const over = parts.filter(({ bytes, max }) => bytes > max);
  const kb = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;
  return [...over.map(({ what, bytes, max }) => `${what}: ${kb(bytes)}, budget ${kb(max)}`), ...complaints];
}

/** What the parts of the build weigh, each with its budget. Bytes; `Gz` means as gzip sends them. */
export function weights() {
  const budgets = JSON.parse(readFileSync(`${root}bench/budgets.json`, "utf8"));
  const assets = readdirSync(`${dist}assets`);
  const read = (name) => readFileSync(`${dist}assets/${name}`);
  const gz = (names) => names.reduce((sum, name) => sum + gzipSync(read(name), { level: 9 }).length, 0);
  const scripts = new Map(
    assets.filter((name) => name.endsWith(".js")).map((name) => [name, read(name).toString("utf8")]),
  );
  const namesIn = (text, pattern) =>
    [...text.matchAll(pattern)].map(([, path]) => basename(path)).filter((name) => scripts.has(name));

  /** A chunk and everything that must be there before it runs. */
  const closure = (entry, seen = new Set()) => {
    if (seen.has(entry)) return seen;
    seen.add(entry);
    for (const name of namesIn(scripts.get(entry), /(?:from|import)\s*["'`](\.\/[^"'`]+)["'`]/g)) closure(name, seen);
    return seen;
  };
  const page = readFileSync(`${dist}index.html`, "utf8");
  const shell = new Set(namesIn(page, /(?:src|href)="([^"]+\.js)"/g).flatMap((name) => [...closure(name)]));

  const complaints = [];
  const parts = [];
  const hold = (what, bytes, max) => parts.push({ what, bytes, max });
  hold("shell JS", gz([...shell]), budgets.shellJsGzBytesMax);
  /** Of each chunk that is fetched later, those that fetch it. */
  const fetchers = new Map();
  for (const [name, text] of scripts)
    for (const entry of namesIn(text, /import\(\s*["'`](\.\/[^"'`]+)["'`]/g))
      fetchers.set(entry, [...(fetchers.get(entry) ?? []), name]);
  for (const [entry, by] of fetchers) {
    // What each of them has run already is not fetched again, and stands in its own budget.
    const there = by.map((name) => closure(name)).reduce((common, next) => common.intersection(next));
    const names = [...closure(entry)].filter((name) => !shell.has(name) && !there.has(name));
    const isEditor = names.some((name) => scripts.get(name).includes("ProseMirrorClipboard"));
    // No screen waits for the engine: it is fetched beside the first one, with what decides and applies mutations.
    const isEngine = entry.startsWith("store-");
    const [kind, max] = isEditor
      ? ["editor", budgets.editorJsGzBytesMax]
      : isEngine
        ? ["engine", budgets.engineJsGzBytesMax]
        : ["route", budgets.routeJsGzBytesMax];
    hold(`${kind} ${entry}`, gz(names), max);
  }
  // Rules: those of the page, and with them those that each chunk brings along (Vite lists them beside its import).
  const sheets = [...page.matchAll(/href="([^"]+\.css)"/g)].map(([, path]) => basename(path));
  hold("CSS of the page", gz(sheets), budgets.cssGzBytesMax);
  for (const text of scripts.values()) {
    const deps = (/m\.f=\[([^\]]*)\]/.exec(text)?.[1] ?? "")
      .split(",")
      .map((one) => basename(one.replaceAll(/["'`]/g, "")));
    for (const [, entry, places] of text.matchAll(
      /import\(\s*["'`]\.\/([^"'`]+)["'`]\)(?:;return\{[^}]*\})?[^_]{0,9}__vite__mapDeps\(\[([\d,]*)\]\)/g,
    )) {
      const own = places.split(",").map((place) => deps[Number(place)] ?? "").filter((name) => name.endsWith(".css")); // prettier-ignore
      hold(`CSS with ${entry}`, gz([...new Set([...sheets, ...own])]), budgets.cssGzBytesMax);
    }
  }
  for (const name of assets.filter((asset) => /^inter-latin-wght.*\.woff2$/.test(asset)))
    hold("Latin font", read(name).length, budgets.latinFontBytesMax);

  const precached = existsSync(`${dist}sw.js`)
    ? [...readFileSync(`${dist}sw.js`, "utf8").matchAll(/url:"([^"]+)"/g)]
        .map(([, path]) => dist + path)
        .filter((path) => existsSync(path))
    : [];
  if (precached.length === 0) complaints.push("the service worker precaches nothing");
  hold(
    "precache",
    precached.reduce((sum, path) => sum + readFileSync(path).length, 0),
    budgets.precacheBytesMax,
  );
  return { parts, complaints };
}
