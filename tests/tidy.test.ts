/**
 * What no compiler or linter says: the arrows between folders, who may touch tables, the words, the pins, the cells.
 * Strict about what exists; a folder that is not there yet has nothing to be strict about.
 */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { unstable_readConfig } from "wrangler";

const root = fileURLToPath(new URL("../", import.meta.url));
const read = (path: string) => readFileSync(root + path, "utf8");

function files(folder: string, ending: RegExp): string[] {
  if (!existsSync(root + folder)) return [];
  return readdirSync(root + folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && ending.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length))
    .filter((path) => !path.includes("node_modules/"))
    .sort();
}

const isTest = (path: string) => /\.test\.tsx?$/.test(path);
const code = ["shared", "worker", "web", "demo", "scripts"].flatMap((folder) => files(folder, /\.(ts|tsx|mjs)$/));
const sources = code.filter((path) => !isTest(path));
const tests = [...code.filter(isTest), ...files("tests", /\.test\.tsx?$/)];

/** The code alone: comments gone, and the contents of strings too unless asked for. */
function stripped(text: string, { keepStrings = false } = {}): string {
  const token = /\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`/g;
  return text.replace(token, (found) => (found.startsWith("/") ? " " : keepStrings ? found : '""'));
}

/** What a file imports; relative ones as paths from the root, packages as they are written. */
function imports(path: string): string[] {
  const text = stripped(read(path), { keepStrings: true });
  const found = text.matchAll(
    /^\s*(?:import|export)\b[^;"'`=]*?\bfrom\s*["']([^"'\s]+)["']|\bimport\s*\(?\s*["']([^"'\s]+)["']/gm,
  );
  return [...found].map(([, from, bare]) => {
    const target = from ?? bare ?? "";
    return target.startsWith(".") ? normalize(join(dirname(path), target)) : target;
  });
}
const isOwn = (target: string) => /^(shared|worker|web|demo|scripts|tests|migrations|bench)\//.test(target);

/** Lines of text that break a rule, as `file:line: what`. */
function breaches(paths: string[], rule: (line: string, path: string) => string | null, text = read): string[] {
  return paths.flatMap((path) =>
    text(path)
      .split("\n")
      .flatMap((line, index) => {
        const what = rule(line, path);
        return what ? [`${path}:${index + 1}: ${what}`] : [];
      }),
  );
}

describe("arrows", () => {
  const mayImport: Record<string, RegExp> = {
    shared: /^shared\//,
    worker: /^(worker|shared|migrations)\//,
    web: /^(web|shared)\//,
    demo: /^(demo|shared)\//,
    scripts: /^(scripts|demo|shared|tests\/e2e)\//, // the packaged browser is the tests'
  };
  test("web -> shared <- worker; nothing points the other way", () => {
    const wrong = sources.flatMap((path) => {
      const allowed = mayImport[path.split("/")[0] ?? ""];
      return imports(path)
        .filter((target) => isOwn(target) && !allowed?.test(target))
        .map((target) => `${path} imports ${target}`);
    });
    expect(wrong).toEqual([]);
  });

  // Right imports left; folders of one layer do not know each other.
  const layers = [
    ["kernel"],
    ["records"],
    ["access"],
    [
      "pipeline",
      "leads",
      "handoffs",
      "tasks",
      "cases",
      "shares",
      "approvals",
      "sections",
      "notices",
      "lists",
      "files",
      "duplicates",
      "quality",
    ],
    ["governance", "audit", "reviews", "exchange", "reporting", "assignment"],
    ["sync"],
  ];
  const layerOf = (path: string) => layers.findIndex((layer) => layer.includes(path.split("/")[1] ?? ""));
  test("inside shared, every import points to an earlier layer or its own folder", () => {
    const wrong = sources
      .filter((path) => path.startsWith("shared/"))
      .flatMap((path) =>
        imports(path)
          .filter((target) => target.startsWith("shared/"))
          .filter((target) => path.split("/")[1] !== target.split("/")[1] && !(layerOf(target) < layerOf(path)))
          .map((target) => `${path} imports ${target}`),
      );
    expect(wrong).toEqual([]);
  });
  test("every folder of shared belongs to a layer", () => {
    const strange = sources.filter((path) => path.startsWith("shared/") && layerOf(path) < 0);
    expect(strange).toEqual([]);
  });

  test("shared knows no package but those that are pure", () => {
    // The last five read formats of others: bytes or text in, values out.
    const pure = /^(zod\/mini|yjs|lib0\/|y-protocols\/|papaparse|fflate|saxes|ical\.js|postal-mime)/;
    const wrong = sources
      .filter((path) => path.startsWith("shared/"))
      .flatMap((path) =>
        imports(path)
          .filter((target) => !isOwn(target) && !pure.test(target))
          .map((target) => `${path} imports ${target}`),
      );
    expect(wrong).toEqual([]);
  });
  test("shared reads no clock, no randomness, no environment and does no I/O", () => {
    const impure =
      /\b(Date\.now|performance\.now|new Date\(\s*\)|Math\.random|crypto\.|fetch\(|console\.|process\.|setTimeout|setInterval|localStorage|indexedDB|document\.|window\.|globalThis)/;
    const shared = sources.filter((path) => path.startsWith("shared/"));
    expect(
      breaches(
        shared,
        (line) => impure.exec(line)?.[0] ?? null,
        (path) => stripped(read(path)),
      ),
    ).toEqual([]);
  });

  const isStore = (path: string) => path.startsWith("worker/db/") || /(^|\/)(store|schema)\.ts$/.test(path);
  const worker = sources.filter((path) => path.startsWith("worker/"));
  test("only worker/db and stores know drizzle and tables", () => {
    const tables = /^worker\/.*schema(-[\w-]+)?\.ts$|^worker\/db\/schema\//;
    const wrong = worker
      .filter((path) => !isStore(path))
      .flatMap((path) =>
        imports(path)
          .filter((target) => target.startsWith("drizzle-orm") || tables.test(target))
          .map((target) => `${path} imports ${target}`),
      );
    expect(wrong).toEqual([]);
  });
  test("Durable Objects are reached by worker/env.ts alone, which knows the jurisdiction", () => {
    const reaching = sources.filter((path) => /\.getByName\(|\.idFromName\(/.test(stripped(read(path))));
    expect(reaching).toEqual(["worker/env.ts"]);
  });
  test("only worker/db and stores prepare SQL for D1", () => {
    expect(breaches(worker, (line, path) => (!isStore(path) && /\.prepare\(/.test(line) ? line.trim() : null))).toEqual(
      [],
    );
  });
  test("[case 29] a record, a right and the history of either are written by few, who write them together", () => {
    const writing =
      /insert into (\$\{table\}|\$\{share\}|anchor|share|change|was)\b|update (\$\{share\}|anchor|share) set|\.(insert|update|delete)\((table|change|was|share|anchor|recordTables\S*|tables\.(change|was|share|anchor|recordTables\S*))\)/;
    const writers = worker.filter((path) => writing.test(read(path)));
    // Commits; what two persons agreed to; what is old.
    expect(writers).toEqual(["worker/db/commit.ts", "worker/governance/store.ts", "worker/history/store.ts"]);
  });
  test("[case 10] every read is the primary's: no session, no replica that lags behind a revocation", () => {
    expect(breaches(worker, (line) => (/withSession|first-unconstrained/.test(line) ? line.trim() : null))).toEqual([]);
    expect(read("wrangler.toml")).not.toMatch(/replica/i);
  });
  test("only worker/env.ts names the types of bindings", () => {
    const types = /\b(DurableObjectNamespace|KVNamespace|R2Bucket|Fetcher)\b/;
    expect(
      breaches(
        worker,
        (line, path) => (path !== "worker/env.ts" && types.test(line) ? line.trim() : null),
        (path) => stripped(read(path)),
      ),
    ).toEqual([]);
  });
});

describe("files", () => {
  test("file names are kebab-case", () => {
    const wrong = [...code, ...tests].filter(
      (path) => !/^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+)*$/.test(path.split("/").at(-1)?.replace("zh-CN", "zh-cn") ?? ""),
    );
    expect(wrong).toEqual([]);
  });
  test("nothing is left to do later in a comment, nothing switches the compiler off", () => {
    const leftover = new RegExp(
      ["TO" + "DO", "FIX" + "ME", "@ts-" + "ignore", "@ts-" + "nocheck", "@ts-" + "expect-error"].join("|"),
    );
    expect(breaches([...code, ...tests], (line) => leftover.exec(line)?.[0] ?? null)).toEqual([]);
  });
  test("no test is skipped or run alone without its reason and a date", () => {
    const dodge = new RegExp("\\b(test|it|describe)\\.(only|" + "skip|todo|fails)\\b");
    const dated = /\(skipped: .+ \d{4}-\d{2}-\d{2}\)/;
    expect(breaches(tests, (line) => (dodge.test(line) && !dated.test(line) ? line.trim() : null), read)).toEqual([]);
  });
  test("relative imports name their file with its ending", () => {
    const wrong = [...code, ...tests].flatMap((path) =>
      imports(path)
        .filter((target) => isOwn(target) && !/\.(ts|tsx|mjs|css|json|sql|svg)(\?[\w&]+)?$/.test(target))
        .map((target) => `${path} imports ${target}`),
    );
    expect(wrong).toEqual([]);
  });
});

describe("packages", () => {
  const manifest = JSON.parse(read("package.json")) as Record<string, Record<string, string>>;
  const lock = JSON.parse(read("package-lock.json")) as {
    packages: Record<string, { optionalDependencies?: Record<string, string>; resolved?: string }>;
  };
  const paths = Object.keys(lock.packages);

  test("every version is pinned exactly", () => {
    const wrong = ["dependencies", "devDependencies", "optionalDependencies"].flatMap((group) =>
      Object.entries(manifest[group] ?? {}).filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version)),
    );
    expect(wrong).toEqual([]);
  });
  test.each([
    "yjs",
    "lib0",
    "y-protocols",
    "zod",
    "solid-js",
    "prosemirror-state",
    "prosemirror-model",
    "workerd",
    "wrangler",
    "miniflare",
    "vite",
  ])("there is one copy of %s", (name) => {
    expect(paths.filter((path) => path.endsWith(`node_modules/${name}`))).toEqual([`node_modules/${name}`]);
  });
  test("the lock holds the packages of every platform, so that npm ci works from it alone", () => {
    const missing = paths.flatMap((path) =>
      Object.keys(lock.packages[path]?.optionalDependencies ?? {}).filter((name) => {
        for (let folder = path; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf("node_modules/") - 1))) {
          if (lock.packages[`${folder ? `${folder}/` : ""}node_modules/${name}`]) return false;
          if (folder === "") return true;
        }
      }),
    );
    expect(missing).toEqual([]);
  });
  test("the lock names no download address", () => {
    expect(paths.filter((path) => lock.packages[path]?.resolved)).toEqual([]);
  });
});

/** The part of wrangler's own reading of wrangler.toml that cells must agree on. */
interface Config {
  readonly vars: Readonly<Record<string, unknown>>;
  readonly assets?: { readonly binding?: string | undefined } | undefined;
  readonly d1_databases: readonly { readonly binding: string; readonly database_name?: string | undefined }[];
  readonly durable_objects: { readonly bindings: readonly { readonly name: string; readonly class_name: string }[] };
  readonly r2_buckets: readonly { readonly binding: string; readonly bucket_name?: string | undefined }[];
  readonly kv_namespaces: readonly { readonly binding: string }[];
  readonly queues: { readonly producers?: readonly { readonly binding: string }[] | undefined };
  readonly ratelimits?: readonly { readonly name: string }[] | undefined;
  readonly send_email: readonly { readonly name: string }[];
}

test("health expects just the migrations that there are", () => {
  const expected = [...read("worker/observability/store.ts").matchAll(/"(\d{4}_\w+\.sql)"/g)].map(([, name]) => name);
  expect(expected).toEqual(files("migrations", /\.sql$/).map((path) => path.slice("migrations/".length)));
});

describe("cells", () => {
  const toml = read("wrangler.toml");
  const cells = [...toml.matchAll(/^\[env\.(\w+)\]$/gm)].map(([, name]) => name ?? "");
  const config = (env?: string): Config =>
    unstable_readConfig({ config: `${root}wrangler.toml`, ...(env ? { env } : {}) }, { hideWarnings: true });
  const names = (env?: string) => {
    const { vars, d1_databases, durable_objects, assets, r2_buckets, kv_namespaces, queues, ratelimits, send_email } =
      config(env);
    return {
      vars: Object.keys(vars).sort(),
      databases: d1_databases.map(({ binding }) => binding).sort(),
      objects: durable_objects.bindings.map(({ name, class_name }) => `${name}:${class_name}`).sort(),
      assets: assets?.binding,
      buckets: r2_buckets.map(({ binding }) => binding).sort(),
      namespaces: kv_namespaces.map(({ binding }) => binding).sort(),
      queues: (queues.producers ?? []).map(({ binding }) => binding).sort(),
      limits: (ratelimits ?? []).map(({ name }) => name).sort(),
      mail: send_email.map(({ name }) => name).sort(),
    };
  };
  test("eu, us and apac are cells", () => expect(cells).toEqual(["eu", "us", "apac"]));
  test.each(cells)("[CELL-1] the cell %s has the local cell's bindings, and storage of its own", (cell) => {
    expect(names(cell)).toEqual(names());
    expect(config(cell).vars["CELL"]).toBe(cell);
    const databases = [undefined, ...cells].map((env) => config(env).d1_databases[0]?.database_name);
    expect(new Set(databases).size).toBe(databases.length);
    const buckets = [undefined, ...cells].flatMap((env) =>
      config(env).r2_buckets.map(({ bucket_name }) => bucket_name),
    );
    expect(new Set(buckets).size).toBe(buckets.length);
  });
  test("no cell of wrangler.toml has the demo: only `npm start` passes it", () => {
    for (const cell of [undefined, ...cells]) expect(names(cell).vars).not.toContain("DEMO");
    expect(stripped(toml.replace(/#.*$/gm, ""))).not.toMatch(/DEMO/);
  });
  test("no secret stands in wrangler.toml", () => {
    expect(toml.replace(/#.*$/gm, "")).not.toMatch(/SECRET|_KEY|TOKEN|PASSWORD/);
  });
});

describe("rules and words", () => {
  const documents = [
    ...(existsSync(`${root}docs/invariants.md`) ? ["docs/invariants.md"] : []),
    ...files("docs/spec", /\.md$/),
  ];
  /** `SYNC-1`, `ACCESS-R4`, and both of `ACCESS-R4, R12`. */
  const ids = (text: string, pattern: RegExp): string[] =>
    [...text.matchAll(pattern)].flatMap(([, prefix = "", numbers = ""]) =>
      numbers.split(", ").map((number) => `${prefix}-${number}`),
    );
  const bracketed = /\[([A-Z]{2,})-([A-Z]?\d+(?:, [A-Z]?\d+)*)\]/g;
  const leading = /^[\s\-*|#`]*([A-Z]{2,})-([A-Z]?\d+(?:, [A-Z]?\d+)*)\b/gm;
  const ruleIds = new Set(documents.flatMap((path) => [...ids(read(path), bracketed), ...ids(read(path), leading)]));
  const carried = new Set(tests.concat(files("tests/sim", /suite\.ts$/)).flatMap((path) => ids(read(path), bracketed)));
  const isLeak = (id: string) => id.startsWith("LEAK-");
  test("every rule of docs/ has a test that carries its id", () => {
    expect([...ruleIds].filter((id) => !isLeak(id) && !carried.has(id)).sort()).toEqual([]);
  });
  test("every case of docs/spec/leaks.md, 1 to 77, has a test that carries its number, or waits in docs/deltas.md", () => {
    const listed = [...read("docs/spec/leaks.md").matchAll(/^- \*\*(LEAK-\d+)\*\*/gm)].map(([, id]) => id ?? "");
    const numbers = listed.map((id) => Number(id.slice(5))).sort((a, b) => a - b);
    expect(numbers).toEqual(Array.from({ length: 77 }, (_, index) => index + 1));
    const waits = new Set([...read("docs/deltas.md").matchAll(/\bLEAK-\d+\b/g)].map(([id]) => id));
    expect(listed.filter((id) => !carried.has(id) && !waits.has(id))).toEqual([]);
  });
  /** The numbers after "case" or "cases" in titles of tests; those of sync have an id of sync beside it, or stand in the simulation. */
  const numbers = (texts: readonly string[], word = /\bcases? (\d+(?:(?:, | and )\d+)*)/g) =>
    new Set(texts.flatMap((text) => [...text.matchAll(word)].flatMap(([, found = ""]) => found.split(/, | and /).map(Number)))); // prettier-ignore
  const titles = tests
    .concat("tests/sim/suite.ts")
    .flatMap((path) => (read(path).match(/["'`][^"'`\n]*\bcases? \d+\b[^"'`\n]*/g) ?? []).map((title) => ({ path, title }))); // prettier-ignore
  const isOfSync = ({ path, title }: { path: string; title: string }) => path.startsWith("tests/sim/") || /\[(SYNC|ACCESS)-/.test(title); // prettier-ignore
  const part = (heading: string) =>
    read("docs/deltas.md").split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? ""; // prettier-ignore
  test("each of the 46 things that can go wrong with sync has a test by number, or a line that says why not", () => {
    const told = numbers([...titles.filter(isOfSync).map(({ title }) => title), part("Sync")]);
    expect(Array.from({ length: 46 }, (_, index) => index + 1).filter((number) => !told.has(number))).toEqual([]);
  });
  test("each of the 50 things that can go wrong with rooms has a test by number, or waits in docs/deltas.md", () => {
    const listed = [...read("docs/spec/rooms-cases.md").matchAll(/^(\d+)\. /gm)].map(([, number]) => Number(number));
    expect(listed).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
    const told = numbers([
      ...titles.filter((one) => !isOfSync(one)).flatMap(({ title }) => title.match(/\[case \d+\]/g) ?? []),
      part("Rooms"),
    ]);
    expect(listed.filter((number) => !told.has(number))).toEqual([]);
  });
  test("every id in a test's title is a rule of docs/", () => {
    if (!documents.includes("docs/invariants.md")) return;
    const unknown = tests.flatMap((path) =>
      [...read(path).matchAll(/(?:test|it|describe)(?:\.each\([\s\S]*?\))?\(\s*(["'`][^"'`\n]*)/g)]
        .flatMap(([, title = ""]) => ids(title, bracketed))
        .filter((id) => !ruleIds.has(id))
        .map((id) => `${path}: ${id}`),
    );
    expect(unknown).toEqual([]);
  });

  /**
   * Words of the glossary's "never say" column. All are kept out of the English copy; those in `backticks` out of
   * identifiers and column names too (the others have a meaning of their own in code: a DOM event, a sync client).
   */
  const avoided = existsSync(`${root}docs/glossary.md`) ? glossary(read("docs/glossary.md")) : [];
  const copy = files("web/i18n/en", /\.ts$/).concat(existsSync(`${root}web/i18n/en.ts`) ? ["web/i18n/en.ts"] : []);
  const wordIn = (words: string[]) =>
    new RegExp(`\\b(${words.map((word) => word.replace(/ /g, "[ -]")).join("|")})s?\\b`, "i");

  test("the English copy says no avoided word", () => {
    if (avoided.length === 0) return;
    const never = wordIn(avoided.map(({ word }) => word));
    const strings = (line: string) => (line.match(/"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`/g) ?? []).join(" ");
    expect(breaches(copy, (line) => never.exec(strings(line))?.[0] ?? null)).toEqual([]);
  });
  test("the Chinese copy says no word that the glossary's Chinese table avoids", () => {
    const table = read("docs/glossary.md").split("## In Chinese")[1] ?? "";
    const never = table.split("\n").flatMap((line) => line.split("|")[3]?.match(/\p{Script=Han}+/gu) ?? []);
    expect(never).toContain("移交");
    const chinese = [...files("web", /\.tsx?$/), ...files("shared/access", /\.ts$/)];
    expect(breaches(chinese, (line) => never.find((word) => line.includes(word)) ?? null)).toEqual([]);
  });
  test("identifiers and column names hold no avoided word", () => {
    const words = avoided.filter(({ inCode }) => inCode).map(({ word }) => word);
    if (words.length === 0) return;
    const never = wordIn(words);
    const spaced = (text: string) => text.replace(/([a-z0-9])([A-Z])/g, "$1 $2").replace(/_/g, " ");
    const wrong = [
      ...breaches(
        [...code, ...tests],
        (line) => never.exec(spaced(line))?.[0] ?? null,
        (path) => stripped(read(path)),
      ),
      ...breaches(files("migrations", /\.sql$/), (line) => never.exec(spaced(line.replace(/--.*$/, "")))?.[0] ?? null),
    ];
    expect(wrong).toEqual([]);
  });
});

/** Rows of every table that has a column "never say". */
function glossary(markdown: string): { word: string; inCode: boolean }[] {
  const found: { word: string; inCode: boolean }[] = [];
  let column = -1;
  for (const line of markdown.split("\n")) {
    if (!line.startsWith("|")) {
      column = -1;
      continue;
    }
    const cells = line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim());
    const heading = cells.findIndex((cell) => /never say/i.test(cell));
    if (heading >= 0) column = heading;
    else if (column >= 0 && !/^[\s|:-]+$/.test(line))
      for (const part of (cells[column] ?? "").replace(/\([^)]*\)/g, "").split(/[,;]/)) {
        const word = part.replace(/[`"]/g, "").trim();
        if (word) found.push({ word, inCode: part.includes("`") });
      }
  }
  return found;
}

describe("looks", () => {
  const styles = files("web", /\.css$/).filter((path) => path !== "web/ui/tokens.css");
  const bare = (path: string) => read(path).replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, " "));
  const colour =
    /#[0-9a-f]{3,8}\b|\b(?:rgba?|hsla?|oklch|oklab|lab|lch|hwb)\(|:\s*(?:white|black|red|green|blue|gray|grey|orange|yellow)\b/i;

  test("colours stand in web/ui/tokens.css alone", () => {
    expect(breaches(styles, (line) => colour.exec(line)?.[0] ?? null, bare)).toEqual([]);
  });
  test("lengths in px stand in tokens; 1px and 2px are lines, and media queries can't read tokens", () => {
    const length = (line: string) =>
      /@(media|container)/.test(line)
        ? null
        : ([...line.matchAll(/(\d*\.?\d+)px\b/g)].find(([, size]) => !["0", "1", "2"].includes(size ?? ""))?.[0] ??
          null);
    expect(breaches(styles, length, bare)).toEqual([]);
  });
  test("components carry no colour and no length of their own", () => {
    const screens = sources.filter((path) => path.startsWith("web/") && path.endsWith(".tsx"));
    const own = /["'`][^"'`]*(?:#[0-9a-f]{6}\b|oklch\(|rgba?\()|["'`][^"'`]*\b(?:[3-9]|\d{2,})px/i;
    expect(
      breaches(
        screens,
        (line) => own.exec(line)?.[0] ?? null,
        (path) => stripped(read(path), { keepStrings: true }),
      ),
    ).toEqual([]);
  });
});
