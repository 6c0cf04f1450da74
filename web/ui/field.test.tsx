import { cleanup, fireEvent, render, screen, waitFor } from "@solidjs/testing-library";
import axe from "axe-core";
import { createSignal } from "solid-js";
import { afterEach, expect, test } from "vitest";
import { Field } from "./field.tsx";

afterEach(cleanup);

async function violations(element: Element) {
  const found = await axe.run(element, { rules: { "color-contrast": { enabled: false }, region: { enabled: false } } }); // jsdom has no colours
  return found.violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html).join(" ")}`);
}
function city(answer?: string) {
  const [value, setValue] = createSignal<string | null>("Leeds");
  const sent: (string | null)[] = [];
  const view = render(() => (
    <Field
      label="City"
      value={value()}
      onCommit={async (next) => {
        sent.push(next);
        if (!answer) setValue(next);
        return answer;
      }}
    />
  ));
  return { ...view, sent };
}
const open = () => fireEvent.click(screen.getByRole("button"));
const input = () => screen.getByRole<HTMLInputElement>("textbox");

test("Enter commits the value, shows it and gives the focus back", async () => {
  const { sent, container } = city();
  open();
  fireEvent.input(input(), { target: { value: "  York " } });
  expect(await violations(container)).toEqual([]);
  fireEvent.keyDown(input(), { key: "Enter" });
  await waitFor(() => expect(screen.getByRole("button").textContent).toBe("Edit City: York"));
  expect(sent).toEqual(["York"]);
  await waitFor(() => expect(document.activeElement).toBe(screen.getByRole("button")));
  expect(await violations(container)).toEqual([]);
});

test("Esc restores what was there and sends nothing", () => {
  const { sent } = city();
  open();
  fireEvent.input(input(), { target: { value: "York" } });
  fireEvent.keyDown(input(), { key: "Escape" });
  expect(screen.getByRole("button").textContent).toBe("Edit City: Leeds");
  expect(sent).toEqual([]);
});

test("what is being typed stays while the record moves under it", async () => {
  const [row, setRow] = createSignal({ city: "Leeds", phone: "1" });
  render(() => <Field label="City" value={row().city} onCommit={() => undefined} />);
  open();
  fireEvent.input(input(), { target: { value: "York" } });
  setRow({ city: "Leeds", phone: "2" });
  expect(input().value).toBe("York");
  setRow({ city: "Hull", phone: "2" });
  expect(input().value).toBe("York");
});

test("Enter that belongs to an input method commits nothing", () => {
  const { sent } = city();
  open();
  fireEvent.input(input(), { target: { value: "nihao" } });
  fireEvent.keyDown(input(), { key: "Enter", isComposing: true });
  expect(sent).toEqual([]);
  expect(input().value).toBe("nihao");
});

test("an emptied field commits null, an unchanged one nothing", async () => {
  const { sent } = city();
  open();
  fireEvent.blur(input());
  await waitFor(() => expect(screen.queryByRole("textbox")).toBeNull());
  expect(sent).toEqual([]);
  open();
  fireEvent.input(input(), { target: { value: " " } });
  fireEvent.keyDown(input(), { key: "Enter" });
  await waitFor(() => expect(sent).toEqual([null]));
});

test("a refused value stays open with its reason and the words typed", async () => {
  const { sent } = city("That value does not fit");
  open();
  fireEvent.input(input(), { target: { value: "York" } });
  fireEvent.keyDown(input(), { key: "Enter" });
  expect((await screen.findByRole("alert")).textContent).toBe("That value does not fit");
  expect(input().value).toBe("York");
  expect(sent).toEqual(["York"]);
});

test("Enter is a new line in a long field; with Ctrl it commits", async () => {
  const sent: (string | null)[] = [];
  render(() => <Field label="About" kind="long" value="one" onCommit={async (next) => void sent.push(next)} />);
  open();
  fireEvent.input(input(), { target: { value: "one\ntwo" } });
  fireEvent.keyDown(input(), { key: "Enter" });
  expect(sent).toEqual([]);
  fireEvent.keyDown(input(), { key: "Enter", ctrlKey: true });
  await waitFor(() => expect(sent).toEqual(["one\ntwo"]));
});

test("a change that is not sent yet has a dot that says so; a field that may not be changed is no button", () => {
  render(() => <Field label="City" value="Leeds" mark="saved" />);
  expect(screen.getByRole("img", { name: "Saved on this device, not sent yet" })).toBeTruthy();
  expect(screen.queryByRole("button")).toBeNull();
});

test("a choice is made from a menu: the present one marked, the chosen one committed", async () => {
  const sent: (string | null)[] = [];
  const choices = [
    { id: "good", text: "Good" },
    { id: "watch", text: "Watch" },
  ];
  render(() => (
    <Field label="Health" value="good" show="Good" choices={choices} onCommit={async (next) => void sent.push(next)} />
  ));
  const button = screen.getByRole("button", { name: /^Edit Health: ?Good$/ });
  fireEvent.click(button);
  const items = await screen.findAllByRole("menuitemradio", {}, { timeout: 8_000 });
  expect(items.map((item) => [item.textContent, item.getAttribute("aria-checked")])).toEqual([
    ["Good", "true"],
    ["Watch", "false"],
  ]);
  const watch = items[1];
  if (!watch) throw new Error("no second choice");
  watch.focus();
  fireEvent.keyDown(watch, { key: "Enter" });
  await waitFor(() => expect(sent).toEqual(["watch"]));
});
