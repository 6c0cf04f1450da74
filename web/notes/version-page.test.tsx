/** A version as it is read: the schema's own elements, what differs said and shown, and nothing that acts. */
import { expect, test } from "vitest";
import type { RichNode } from "../../shared/sections/json.ts";
import { difference, isSame, unchanged } from "./difference.ts";
import { readableOf, readingSchema } from "./schema.ts";
import { draw } from "./version-page.ts";

const words = {
  added: "Added", removed: "Removed", restyled: "Looks different", ticked: "Ticked", unticked: "Tick taken away",
  task: "Task", item: "Item", newer: "Newer content",
}; // prettier-ignore
const text = (said: string, ...marks: NonNullable<RichNode["marks"]>): RichNode => ({
  type: "text",
  text: said,
  marks,
});
const node = (type: string, content: readonly RichNode[], attrs?: Record<string, unknown>): RichNode => ({ type, content, ...(attrs ? { attrs } : {}) }); // prettier-ignore
const p = (...content: RichNode[]) => node("paragraph", content);
const doc = (...content: RichNode[]) => readableOf(node("doc", content));

function page(before: readonly RichNode[], after: readonly RichNode[]) {
  const drawn = draw(difference(doc(...before), doc(...after), "en"), readingSchema(), words);
  const host = document.createElement("div");
  host.append(drawn.content);
  return { host, ...drawn };
}

test("[SECTION-10] a version has its formatting: headings, lists, ticks, tables, links, mentions", () => {
  const host = document.createElement("div");
  const blocks = doc(
    node("heading", [text("Plan")], { level: 2 }),
    p(text("see "), text("it", { type: "bold" }, { type: "link", attrs: { href: "https://orchard.example/" } })),
    node("bulletList", [node("listItem", [p(text("one"))])]),
    node("taskList", [node("taskItem", [p(text("sent"))], { checked: true }), node("taskItem", [p(text("call"))], { checked: false, task: "local_tas_00000000000000000001" })]),
    node("table", [node("tableRow", [node("tableHeader", [p(text("Who"))]), node("tableHeader", [p(text("When"))])])]),
    p(node("mention", [], { kind: "member", id: null, label: "Ana" })),
  ); // prettier-ignore
  const { content, stops } = draw(unchanged(blocks), readingSchema(), words);
  host.append(content);
  expect(stops).toEqual([]);
  expect(host.querySelector("h2")?.textContent).toBe("Plan");
  expect(host.querySelector("p strong a, p a strong")?.textContent).toBe("it");
  expect(host.querySelector("a")?.getAttribute("href")).toBe("https://orchard.example/");
  expect(host.querySelector("ul > li > p")?.textContent).toBe("one");
  // A box says what was ticked and can't be; an item that stands for a task has none: its record says.
  const boxes = [...host.querySelectorAll("input")];
  expect(boxes.map(({ checked, disabled }) => [checked, disabled])).toEqual([[true, true]]);
  expect(host.querySelectorAll("li")[2]?.textContent).toBe("callTask");
  expect([...host.querySelectorAll("th")].map((cell) => cell.textContent)).toEqual(["Who", "When"]);
  expect(host.querySelector("[data-mention]")?.textContent).toBe("@Ana");
});

test("[SECTION-10] what came and went is marked in its place, and said; what looks different too", () => {
  const { host, stops, changes } = page(
    [
      p(text("Call on Monday.")),
      p(text("The offer")),
      p(text("Old words that go")),
      node("taskList", [node("taskItem", [p(text("send"))], { checked: false })]),
    ],
    [
      p(text("Call on Tuesday.")),
      node("heading", [text("The offer")], { level: 3 }),
      node("taskList", [node("taskItem", [p(text("send"))], { checked: true })]),
      node("bulletList", [node("listItem", [p(text("new"))]), node("listItem", [p(text("newer"))])]),
      p(),
    ],
  ); // prettier-ignore
  const said = (one: Element) => [one.localName, (one as HTMLElement).dataset["said"], one.textContent];
  expect([...host.querySelectorAll("[data-said]")].map(said)).toEqual([
    ["del", "Removed", "Monday"],
    ["ins", "Added", "Tuesday"],
    ["h3", "Looks different", "The offer"],
    ["del", "Removed", "Old words that go"],
    ["li", "Ticked", "send"],
    ["ins", "Added", "new"],
    ["ins", "Added", "newer"],
    ["ins", "Added", ""],
  ]);
  expect([...changes].toSorted()).toEqual(["added", "removed", "restyled"]);
  // Words that took the place of others are one change; so are blocks that came together.
  expect(stops.map(({ localName, textContent }) => [localName, textContent])).toEqual([
    ["del", "Monday"],
    ["h3", "The offer"],
    ["p", "Old words that go"],
    ["li", "send"],
    ["ul", "newnewer"],
  ]);
  expect(stops.every(({ tabIndex }) => tabIndex === -1)).toBe(true);
});

test("[SECTION-3] [SECTION-10] what no editor would show does not come in by a version", () => {
  const bad = [
    p(text("a", { type: "link", attrs: { href: "javascript:alert(1)" } }), text("b", { type: "glow" })),
    node("script", [text("alert(1)")]),
    node("heading", [text("c")], { level: 2, onclick: "alert(1)", style: "background:url(https://x.example)" }),
    node("taskList", [node("taskItem", [p(text("d"))], { checked: "yes<img src=x>" })]),
    p(node("mention", [], { kind: "<b>", id: "javascript:1", label: "x" })),
    p({ type: "text", text: { toString: () => "x" } as unknown as string }),
    { type: "__proto__" },
  ];
  for (const [before, after] of [[bad, []], [[], bad], [bad, bad]] as const) {
    const { host } = page(before, after);
    expect(host.innerHTML).not.toMatch(/javascript|script|onclick|x\.example|<img|glow/);
    expect(host.textContent).toContain("Newer content");
    expect(host.querySelectorAll("a").length).toBe(0);
  } // prettier-ignore
  expect(isSame(difference(doc(...bad), doc(...bad), "en"))).toBe(true);
});
