/** What does not depend on the machine: bytes, and parameters of a statement. The limits are held by tests too. */
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "vite";
import { bind, slice, type Facts } from "../../shared/access/engine.ts";
import { shippedPolicy } from "../../shared/access/templates.ts";
import { entity as entityOf, entityNames, type EntityName } from "../../shared/records/entities.ts";
import type { Field } from "../../shared/records/field.ts";
import { casl } from "./peers.ts";
import { at } from "./world.ts";

/** Every base with every three duties: as much as one member may hold. */
function widestMembers(): Facts[] {
  const named = (kind: "base" | "duty"): string[] =>
    Object.entries(shippedPolicy.roles).flatMap(([name, role]) => (role.kind === kind ? [name] : []));
  const duties = named("duty");
  const threes = duties.flatMap((a, i) =>
    duties.slice(i + 1).flatMap((b, j) => duties.slice(i + j + 2).map((c) => [a, b, c])),
  );
  const id = (kind: string, n: number): string => `local_${kind}_${String(n).padStart(20, "0")}`;
  return named("base").flatMap((base) =>
    threes.map((three): Facts => ({
      member: id("mem", 1),
      base,
      duties: three,
      teams: [id("tea", 1), id("tea", 2), id("tea", 3)],
      regions: [id("reg", 1), id("reg", 2), id("reg", 3)],
      employment: "active",
    })),
  );
}

export function sliceBytes(): { most: number; who: string } {
  let found = { most: 0, who: "" };
  for (const facts of widestMembers()) {
    const most = Buffer.byteLength(JSON.stringify(slice(shippedPolicy, facts)));
    if (most > found.most) found = { most, who: [facts.base, ...facts.duties].join(", ") };
  }
  return found;
}

/** The most parameters and the longest text of any condition that a list may carry. */
export function whereSizes(): { parameters: number; textBytes: number } {
  const found = { parameters: 0, textBytes: 0 };
  const aliases = { anchor: "a", record: "r" };
  const bytes = (facts: Facts): number => JSON.stringify(slice(shippedPolicy, facts)).length;
  const byBase = Map.groupBy(widestMembers(), ({ base }) => base);
  for (const members of byBase.values()) {
    const facts = members.reduce((wide, other) => (bytes(other) > bytes(wide) ? other : wide));
    const bound = bind(shippedPolicy, facts);
    for (const entity of entityNames) {
      const groups = new Set(Object.values<Field>(entityOf(entity).fields).map((field) => field.group));
      for (const plan of [
        bound.visibleSql(entity, aliases, at),
        ...[...groups].map((group) => bound.groupSql(entity, group, aliases, at)),
      ]) {
        if (plan.kind !== "where") continue;
        found.parameters = Math.max(found.parameters, plan.params.length);
        found.textBytes = Math.max(found.textBytes, plan.sql.length);
      }
    }
  }
  return found;
}
/** The same count for CASL. */
export function caslParameters(): { most: number; entity: EntityName } {
  let found: { most: number; entity: EntityName } = { most: 0, entity: "account" };
  for (const facts of widestMembers()) {
    const peer = casl(slice(shippedPolicy, facts, "whole"));
    for (const entity of entityNames) {
      const most = peer.whereParameters(entity);
      if (most > found.most) found = { most, entity };
    }
  }
  return found;
}

/**
 * What a client that decides for itself carries: `bindSlice` with everything that it needs, minified and compressed, but
 * the table of all records: that grows with the product, and a client has it for its mutations anyway.
 */
export async function engineBytes(): Promise<number> {
  const root = fileURLToPath(new URL("../../", import.meta.url));
  const made = await build({
    configFile: false,
    root,
    logLevel: "error",
    publicDir: false,
    build: {
      write: false,
      target: "es2023",
      minify: true,
      modulePreload: false,
      rollupOptions: {
        input: `${root}bench/access/client-entry.ts`,
        external: [/records\/entities\.ts$/], // the table of all records, which a client has anyway
        preserveEntrySignatures: "strict",
        output: { format: "es" },
      },
    },
  });
  const [first] = Array.isArray(made) ? made : [made];
  const chunk = first && "output" in first ? first.output[0] : null;
  if (!chunk) throw new Error("the engine does not bundle");
  return gzipSync(chunk.code, { level: 9 }).length;
}
