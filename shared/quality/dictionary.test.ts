import { expect, test } from "vitest";
import { allGroups, maskOf } from "../records/groups.ts";
import { dictionaryOf } from "./dictionary.ts";
import { measured, required } from "./standards.ts";

test("[QUAL-4] the dictionary holds a member's own fields alone: no hidden group, nothing that is not classified", () => {
  const sees = { here: maskOf(["identity"]), online: maskOf(["identity", "shared"]) };
  const entries = dictionaryOf("opportunity", sees);
  expect(new Set(entries.map(({ group }) => group))).toEqual(new Set(["identity", "shared"]));
  expect(entries.map(({ field }) => field)).not.toContain("commissionMinor");
  expect(dictionaryOf("account", { here: 0, online: 0 })).toEqual([]);
  expect(dictionaryOf("account", { here: allGroups, online: allGroups }).some(({ group }) => group === "unclassified")).toBe(false); // prettier-ignore
});
test("[QUAL-4] it says what is asked for, what may be chosen, and what moves by an act", () => {
  const line = (field: string) =>
    dictionaryOf("lead", { here: 0, online: allGroups }).find((one) => one.field === field);
  expect(line("leadSource")).toMatchObject({ required: true, atOnce: false, byAct: false, onDevice: false });
  expect(line("name")).toMatchObject({ atOnce: true });
  expect(line("status")).toMatchObject({ byAct: true, choices: expect.arrayContaining(["qualified"]) });
  for (const name of measured)
    for (const field of required[name].flat())
      expect(dictionaryOf(name, { here: 0, online: allGroups }).some((one) => one.field === field), `${name}.${field}`).toBe(true); // prettier-ignore
});
