import { describe, expect, test } from "vitest";
import type { Row } from "../../shared/records/entities.ts";
import { lookedAt, noted, type Looked } from "./looked.ts";
import type { Replica } from "./replica.ts";
import { account, contact } from "./testing/bench.ts";

/** What a replica shows, and what of it the edge has said. */
function held(shown: Row, confirmed: Row = shown): Pick<Replica, "record" | "confirmed"> {
  return {
    record: (id) => (id === shown.id ? shown : undefined),
    confirmed: (id) => (id === confirmed.id ? { e: "account", row: confirmed } : undefined),
  };
}
const looked: Looked = { at: 5, moved: {} };
const before = { ...account(), health: "good", city: "Lyon" } as Row;
const change = (was: Row | undefined = before) => [{ id: before.id, entity: "account" as const, before: was }];
const note = (shown: Row, known: Looked | undefined = looked, said?: Row, was?: Row) =>
  noted(held(shown, said), change(was), () => known, 9).get(before.anchor);

describe("[LOOK-1] what is noted of a change that comes", () => {
  test("names of the fields and when, no values; the first time counts", () => {
    const moved = note({ ...before, health: "at_risk" });
    expect(moved).toEqual({ at: 5, moved: { [before.id]: { health: 9 } } });
    expect(JSON.stringify(moved)).not.toContain("at_risk");
    const again = note({ ...before, health: "watch", city: "Paris" }, { at: 5, moved: { [before.id]: { health: 7 } } });
    expect(again?.moved[before.id]).toEqual({ health: 7, city: 9 });
  });
  test("nothing of own edits that only show, of accounts nobody looked at, of new rows, and of what was hidden or shown", () => {
    expect(note({ ...before, health: "at_risk" }, looked, before)).toBeUndefined();
    expect(note({ ...before, health: "at_risk" }, undefined)).toBeDefined();
    expect(noted(held({ ...before, health: "x" }), change(), () => undefined, 9).size).toBe(0);
    expect(noted(held(before), [{ id: before.id, entity: "account" }], () => looked, 9).size).toBe(0);
    const { health: _, ...hidden } = before;
    expect(note(hidden as Row)).toBeUndefined();
    expect(note(before, looked, before, hidden as Row)).toBeUndefined();
  });
  test("records under the account, of the kinds that its page shows", () => {
    const person = contact(3);
    const moved = { ...person, title: "CEO" } as Row;
    const copy = { record: () => moved, confirmed: () => ({ e: "contact" as const, row: moved }) };
    expect(noted(copy, [{ id: person.id, entity: "contact", before: { ...person, title: "CFO" } as Row }], () => looked, 9).size).toBe(1);
    expect(noted(copy, [{ id: person.id, entity: "task", before: { ...person, title: "CFO" } as Row }], () => looked, 9).size).toBe(0);
  }); // prettier-ignore
  test("what was never looked at says nothing", () => {
    expect(lookedAt({ table: () => new Map() } as unknown as Replica, before.id)).toBeUndefined();
  });
});
