import Plus from "lucide-solid/icons/plus";
import { createSignal, onCleanup, Show, type JSX } from "solid-js";
import * as Y from "yjs";
import { textOf } from "../../shared/sections/text.ts";
import type { OpenSection } from "../data/rooms.ts";
import { Button } from "../ui/button.tsx";
import { h } from "./words.ts";

/** What a brief should answer: its headings, offered to whoever writes it while nothing stands there. */
export function Outline(props: { readonly section: OpenSection }): JSX.Element {
  const { doc } = props.section;
  const [blank, setBlank] = createSignal(false);
  const weigh = () => setBlank(textOf(doc, "handoff") === "");
  weigh();
  doc.on("update", weigh);
  onCleanup(() => doc.off("update", weigh));
  const write = () => {
    const words = [
      h("handoff.outline.promised"),
      h("handoff.outline.open"),
      h("handoff.outline.people"),
      h("handoff.outline.risks"),
    ];
    doc.transact(() => doc.getXmlFragment("default").insert(0, words.flatMap(under)));
  };
  return (
    <Show when={blank() && props.section.mode() === "write" && props.section.state() !== "loading"}>
      <Button small onClick={write}>
        <Plus size={14} />
        {h("handoff.outline")}
      </Button>
    </Show>
  );
}

function under(words: string): Y.XmlElement[] {
  const heading = new Y.XmlElement<{ level: number }>("heading");
  heading.setAttribute("level", 2);
  heading.insert(0, [new Y.XmlText(words)]);
  return [heading as unknown as Y.XmlElement, new Y.XmlElement("paragraph")];
}
