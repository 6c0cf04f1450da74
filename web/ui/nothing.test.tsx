import { render } from "solid-js/web";
import { afterEach, describe, expect, test } from "vitest";
import { shippedPolicy } from "../../shared/access/templates.ts";
import { nothingEn } from "../i18n/en/nothing.ts";
import { nothingZh } from "../i18n/zh-CN/nothing.ts";
import { emptyLists, RealNothing } from "./nothing-real.tsx";
import { whyEmpty, whys, type Why } from "./why-empty.ts";

test.each<[string, Parameters<typeof whyEmpty>[0], Why]>([
  ["the role sees none, whatever else", { sees: false, failed: true, filtered: true, partial: true }, "denied"],
  ["the server did not answer", { sees: true, failed: true, filtered: true, online: true }, "failed"],
  ["a filter hides what is there", { sees: true, filtered: true, partial: true }, "filtered"],
  ["a filter over all that may be seen", { sees: true, filtered: true, online: true }, "filtered"],
  ["this device does not hold all", { sees: true, partial: true }, "away"],
  ["the server knows all", { sees: true, partial: true, online: true }, "none"],
  ["all of it is here", { sees: true }, "none"],
])("[LIST-9] why a list is empty: %s", (_, of, why) => expect(whyEmpty(of)).toBe(why));

describe("[LIST-9] every list, every reason", () => {
  let away = (): void => undefined;
  afterEach(() => away());
  const shown = (list: (typeof emptyLists)[number], why: Why, online = false): { words: string; acts: string[] } => {
    const root = document.createElement("div");
    away = render(() => <RealNothing list={list} why={why} online={online} onRetry={() => {}} onClear={() => {}} onOnline={() => {}} make={<button type="button">make</button>} />, root); // prettier-ignore
    const acts = [...root.querySelectorAll("button")].map(({ textContent }) => textContent ?? "");
    const words = root.querySelector("p")?.textContent ?? "";
    away();
    return { words, acts };
  };
  test.each(emptyLists.map((list) => [list]))("%s says each in a sentence of its own, and leads on", (list) => {
    const said = Object.fromEntries(whys.map((why) => [why, shown(list, why)]));
    expect(new Set(Object.values(said).map(({ words }) => words)).size).toBe(whys.length);
    for (const { words } of Object.values(said)) expect(words.length).toBeGreaterThan(10);
    expect(Object.values(said).map(({ acts }) => acts.length)).toEqual([1, 0, 2, 2, 1]);
    expect(shown(list, "filtered", true).acts).toHaveLength(1); // what is online already leads no further
  });
  test("both languages have a thing, a none and an away for each", () => {
    for (const list of emptyLists)
      for (const part of ["things", "none", "away"] as const)
        expect([list, part, Boolean(nothingEn[`${list}.${part}`] && nothingZh[`${list}.${part}`])]).toEqual([list, part, true]); // prettier-ignore
  });
});

test("[LIST-9] some base role of the shipped policy sees no opportunities, some no leads: the reason is one that occurs", () => {
  const sees = (base: string, entity: string) =>
    shippedPolicy.allow.some((rule) => rule.to.includes(base) && rule.actions.includes("read") && [rule.entity].flat().map(String).includes(entity)); // prettier-ignore
  expect([sees("support", "opportunity"), sees("seller", "opportunity"), sees("finance", "lead")]).toEqual([false, true, false]); // prettier-ignore
});
