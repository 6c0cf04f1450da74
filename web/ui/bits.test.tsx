import { cleanup, fireEvent, render, screen } from "@solidjs/testing-library";
import axe from "axe-core";
import { afterEach, expect, test } from "vitest";
import { setLocale } from "../i18n/i18n.ts";
import { Health, HiddenChip } from "./bits.tsx";
import { Button } from "./button.tsx";

afterEach(cleanup);
/** What opens is fetched when it is first opened. */
const fetched = { timeout: 8_000 };

test("a hidden field group is one closed chip that says what it is and why, and nothing of its values", async () => {
  const { container } = render(() => <HiddenChip group="Billing" />);
  const chip = screen.getByRole("button", { name: "Billing: Hidden" });
  const found = await axe.run(container, {
    rules: { "color-contrast": { enabled: false }, region: { enabled: false } },
  });
  expect(found.violations.map((one) => one.id)).toEqual([]);
  fireEvent.click(chip);
  expect((await screen.findByRole("dialog", {}, fetched)).textContent).toContain(
    "Billing: these fields exist, but your duties do not include them.",
  );
});

test("[ACCESS-R39] what a mask lets through stands in the chip's place, and why there is no more behind it", async () => {
  render(() => <HiddenChip group="Terms" shown="10K–50K" />);
  const chip = screen.getByRole("button", { name: "Terms: 10K–50K" });
  expect(chip.textContent).toBe("10K–50K");
  fireEvent.click(chip);
  const said = (await screen.findByRole("dialog", {}, fetched)).textContent;
  expect(said).toContain("Shown roughly");
  expect(said).toContain("Terms: these fields exist");
});

test("only health that is not good has colour", () => {
  const { container } = render(() => (
    <>
      <Health value="good" />
      <Health value="at_risk" />
      <Health value={null} />
    </>
  ));
  expect(container.textContent).toBe("GoodAt risk");
  expect(container.querySelectorAll("span")).toHaveLength(1);
});

test("an act that is not possible now keeps its place, can be focused and answers why", async () => {
  let pressed = 0;
  render(() => (
    <Button disabledReason="You are offline." onClick={() => (pressed += 1)}>
      Export
    </Button>
  ));
  const button = screen.getByRole("button", { name: "Export" });
  expect(button.getAttribute("aria-disabled")).toBe("true");
  expect(button.hasAttribute("disabled")).toBe(false);
  fireEvent.click(button);
  expect((await screen.findByRole("dialog", {}, fetched)).textContent).toContain("You are offline.");
  expect(pressed).toBe(0);
});

test("words switch live with the language, and the page says which it is", async () => {
  render(() => <HiddenChip group="Billing" />);
  await setLocale("zh-CN");
  expect(screen.getByRole("button").textContent).toBe("已隐藏");
  expect(document.documentElement.lang).toBe("zh-CN");
  await setLocale("en");
  expect(screen.getByRole("button").textContent).toBe("Hidden");
});
