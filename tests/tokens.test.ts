import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const web = fileURLToPath(new URL("../web", import.meta.url));
const tokens = readFileSync(join(web, "ui/tokens.css"), "utf8");

const sheetsOf = (): string[] =>
  readdirSync(web, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".css"));

type Theme = ReadonlyMap<string, string>;
/** Colour tokens of a block, `name -> oklch(...)`. */
function read(block: string): Theme {
  return new Map(
    [...block.matchAll(/--([a-z0-9-]+):\s*(oklch\([^;/]*\))\s*;/g)].map(([, name, value]) => [name ?? "", value ?? ""]),
  );
}
function blockOf(selector: string): string {
  const start = tokens.indexOf(`${selector} {`);
  expect(start, `${selector} is in tokens.css`).toBeGreaterThanOrEqual(0);
  return tokens.slice(start, tokens.indexOf("\n}", start));
}
const light = read(blockOf(":root"));
const dark = new Map([...light, ...read(blockOf(':root[data-theme="dark"]'))]);

/** OKLCH to linear sRGB, after Björn Ottosson; colours outside the gamut are clipped as the screen does. */
function linear(colour: string): readonly [number, number, number] {
  const [l = 0, c = 0, h = 0] = colour.slice(6, -1).split(/\s+/).map(Number);
  const a = c * Math.cos((h * Math.PI) / 180);
  const b = c * Math.sin((h * Math.PI) / 180);
  const [x, y, z] = [
    l + 0.3963377774 * a + 0.2158037573 * b,
    l - 0.1055613458 * a - 0.0638541728 * b,
    l - 0.0894841775 * a - 1.291485548 * b,
  ].map((v) => v ** 3) as [number, number, number]; // three in, three out
  const clip = (v: number) => Math.min(1, Math.max(0, v));
  return [
    clip(4.0767416621 * x - 3.3077115913 * y + 0.2309699292 * z),
    clip(-1.2684380046 * x + 2.6097574011 * y - 0.3413193965 * z),
    clip(-0.0041960863 * x - 0.7034186147 * y + 1.707614701 * z),
  ];
}
function contrast(theme: Theme, ink: string, ground: string): number {
  const light = (name: string) => {
    const value = theme.get(name);
    if (!value) throw new Error(`no colour --${name}`);
    const [r, g, b] = linear(value);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const [one, two] = [light(ink), light(ground)];
  return (Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05);
}

const eight = [1, 2, 3, 4, 5, 6, 7, 8];
const text: readonly (readonly [string, string])[] = [
  ...["bg", "surface", "sunken", "hover"].flatMap((ground) => ["ink", "ink-2"].map((ink) => [ink, ground] as const)),
  ...["bg", "surface", "sunken", "hover"].map((ground) => ["ink-3", ground] as const),
  ...["ink", "ink-2", "accent-ink"].map((ink) => [ink, "selected"] as const),
  ["ink-3", "selected"],
  ["accent-ink", "surface"],
  ["accent-ink", "bg"],
  ["on-accent", "accent"],
  ["on-accent", "accent-hover"],
  ["surface", "ink"], // toast
  ...["ok", "warn", "bad", "info", "both"].flatMap((tone) => [
    [tone, `${tone}-bg`] as const,
    [tone, "surface"] as const,
    [tone, "bg"] as const,
  ]),
  ["bad", "hover"],
  ...eight.map((hue) => ["on-presence", `p-${hue}`] as const),
];
const graphic: readonly (readonly [string, string])[] = [
  ["line-strong", "surface"],
  ["line-strong", "bg"],
  ["focus", "surface"],
  ["focus", "bg"],
  ["focus", "selected"],
  ...eight.map((hue) => [`c-${hue}`, "surface"] as const),
];

describe.each([
  ["light", light],
  ["dark", dark],
] as const)("colours of the %s theme", (_name, theme) => {
  test.each(text)("text --%s on --%s has a contrast of at least 4.5", (ink, ground) => {
    expect(contrast(theme, ink, ground)).toBeGreaterThanOrEqual(4.5);
  });
  test.each(graphic)("controls and marks --%s on --%s have a contrast of at least 3", (ink, ground) => {
    expect(contrast(theme, ink, ground)).toBeGreaterThanOrEqual(3);
  });
});

test("both themes name the same colours", () => {
  const own = read(blockOf(':root[data-theme="dark"]'));
  const same = new Set(["on-presence", ...eight.map((hue) => `p-${hue}`)]); // equal in both on purpose
  expect([...own.keys()].filter((name) => !light.has(name) && name !== "shadow-color")).toEqual([]);
  expect([...light.keys()].filter((name) => !own.has(name) && !same.has(name))).toEqual([]);
});

test("components take colours and sizes from the tokens: no raw colour, no raw px", () => {
  const sheets = sheetsOf().filter((path) => path.endsWith(".css") && !path.endsWith("tokens.css"));
  expect(sheets.length).toBeGreaterThan(10);
  const raw = sheets.flatMap((path) =>
    readFileSync(join(web, path), "utf8")
      .replaceAll(/\/\*[\s\S]*?\*\//g, "")
      .split("\n")
      .filter((line) => /#[0-9a-f]{3,8}\b|\b(?:rgb|hsl|oklch|oklab)a?\(|\b\d*\.?\d+px\b/i.test(line))
      .map((line) => `${path}: ${line.trim()}`),
  );
  expect(raw).toEqual([]);
});

test("every component sheet names the order of layers, whichever of them the browser reads first", () => {
  const sheets = sheetsOf().filter((path) => path.endsWith(".css"));
  const without = sheets.filter(
    (path) =>
      !path.endsWith("tokens.css") && !readFileSync(join(web, path), "utf8").startsWith("@layer reset, base, comp;"),
  );
  expect(without).toEqual([]);
});
