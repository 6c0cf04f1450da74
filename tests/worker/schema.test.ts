/** What the migrations made is what the code believes it works on. */
import { env } from "cloudflare:workers";
import { is } from "drizzle-orm";
import { getTableConfig, SQLiteTable } from "drizzle-orm/sqlite-core";
import { describe, expect, it } from "vitest";
import { compartments } from "../../shared/records/compartments.ts";
import { entities, entity, entityNames } from "../../shared/records/entities.ts";
import type { Field } from "../../shared/records/field.ts";
import { groupDefaults, groupNames, keeps } from "../../shared/records/groups.ts";
import * as auth from "../../worker/auth/schema.ts";
import * as cell from "../../worker/db/schema.ts";

const { recordTables, ...others } = cell;
const values: readonly unknown[] = [recordTables, others, auth].flatMap((some) => Object.values(some));
const tables = values.flatMap((value) => (is(value, SQLiteTable) ? [getTableConfig(value)] : []));
const rows = async <T>(query: string): Promise<T[]> => (await env.DB.prepare(query).all<T>()).results;

describe("the migrated database", () => {
  it("has every table of the code, with the same columns, types, keys and null rules", async () => {
    expect(tables.length).toBeGreaterThan(entityNames.length + 10);
    for (const table of tables) {
      const found = await rows<{ name: string; type: string; notnull: number; pk: number }>(
        `PRAGMA table_info("${table.name}")`,
      );
      const keys = table.primaryKeys.flatMap(({ columns }) => columns.map(({ name }) => name));
      const made = found.map(({ name, type, notnull, pk }) => [
        name,
        type.toLowerCase(),
        notnull === 1 || pk > 0,
        pk > 0,
      ]);
      const known = table.columns.map((column) => {
        const primary = column.primary || keys.includes(column.name);
        return [column.name, column.getSQLType(), column.notNull || primary, primary];
      });
      const order = (a: unknown[], b: unknown[]): number => (String(a[0]) < String(b[0]) ? -1 : 1);
      expect([table.name, made.sort(order)]).toEqual([table.name, known.sort(order)]);
    }
  });
  it("has every index of the code, on the same columns in the same order", async () => {
    let seen = 0;
    for (const table of tables)
      for (const index of table.indexes) {
        const found = await rows<{ name: string }>(`PRAGMA index_info("${index.config.name}")`);
        const columns = index.config.columns.map((column) => ("name" in column ? column.name : ""));
        expect([index.config.name, found.map(({ name }) => name)]).toEqual([index.config.name, columns]);
        seen += 1;
      }
    expect(seen).toBeGreaterThan(entityNames.length);
  });
  it("finds the records of a key by an index, whatever the entity", async () => {
    for (const name of entityNames) {
      const plan = await rows<{ detail: string }>(
        `EXPLAIN QUERY PLAN SELECT * FROM "${name}" WHERE anchor = 'x' ORDER BY id`,
      );
      expect([name, plan.map(({ detail }) => detail)]).toEqual([
        name,
        [`SEARCH ${name} USING INDEX ${name}_anchor (anchor=?)`],
      ]);
    }
  });
  it("[ACCESS-3] [LEAK-14] has no uniqueness on anything that a member types", async () => {
    const wrong = [];
    for (const name of entityNames)
      for (const index of await rows<{ name: string; unique: number; origin: string }>(`PRAGMA index_list("${name}")`))
        if (index.unique === 1 && index.origin !== "pk") wrong.push(index.name);
    expect(wrong).toEqual([]);
  });
  it("starts with a directory version and a key shape", async () => {
    expect(await rows("SELECT k, v FROM meta ORDER BY k")).toEqual(
      expect.arrayContaining([
        { k: "directory", v: expect.any(Number) },
        { k: "shape", v: 2 },
      ]),
    );
  });
});

describe("the records", () => {
  it("[ACCESS-1] have every field in a field group, with a keep and an existence", () => {
    for (const name of entityNames)
      for (const [key, field] of Object.entries<Field>(entities[name].fields)) {
        expect([name, key, groupNames.includes(field.group)]).toEqual([name, key, true]);
        expect([name, key, keeps.includes(field.keep ?? groupDefaults[field.group].keep)]).toEqual([name, key, true]);
        expect([name, key, ["shown", "secret"].includes(groupDefaults[field.group].existence)]).toEqual([
          name,
          key,
          true,
        ]);
      }
  });
  it("have kinds and plurals of their own, and live in compartments that exist", () => {
    const unique = (of: readonly string[]): boolean => new Set(of).size === of.length;
    expect(unique(entityNames.map((name) => entity(name).kind))).toBe(true);
    expect(unique(entityNames.map((name) => entity(name).plural))).toBe(true);
    for (const name of entityNames) {
      expect(entity(name).kind).toMatch(/^[a-z]{3}$/);
      const lives = entity(name).compartments;
      expect(lives === "subject" || lives.every((one) => compartments.includes(one))).toBe(true);
    }
  });
  it("hold custom fields as one column for each group that has any", async () => {
    for (const name of entityNames) {
      const custom = Object.entries<Field>(entities[name].fields).filter(
        ([key, { type }]) => type === "custom" && key.startsWith("custom"),
      );
      const groups = custom.map(([, { group }]) => group);
      expect([name, new Set(groups).size]).toEqual([name, groups.length]);
      for (const [key, { group }] of custom)
        expect(key).toBe(`custom${group.charAt(0).toUpperCase()}${group.slice(1)}`);
    }
  });
});
