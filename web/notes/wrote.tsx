import type { Editor } from "@tiptap/core";
import { PluginKey } from "@tiptap/pm/state";
import type { DecorationSet } from "@tiptap/pm/view";
import { createEffect, createResource, createSignal, onCleanup, Show, type JSX } from "solid-js";
import * as Y from "yjs";
import type { RecordOf } from "../../shared/records/entities.ts";
import type { OpenSection } from "../data/rooms.ts";
import { http } from "../http.ts";
import { t } from "../i18n/i18n.ts";
import { useSession } from "../shell/context.ts";
import { drawOn } from "./drawn.ts";
import { textBlocks } from "./changed.ts";
import { authorOf } from "./mirror.ts";
import { root } from "./schema.ts";
import css from "./wrote.module.css";
import { vw } from "./words.ts";

const key = new PluginKey<DecorationSet>("wrote");
interface Authors {
  readonly items: readonly { readonly member: string; readonly clients: readonly number[] }[];
}

/** Who wrote each paragraph, as the room knows it, beside the text (ROOM-15). Asked again when somebody new writes. */
export default function Wrote(props: {
  readonly row: RecordOf<"section">;
  readonly section: OpenSection;
  readonly editor: Editor | undefined;
}): JSX.Element {
  const session = useSession();
  const { doc } = props.section;
  const [authors, { refetch }] = createResource(async () => {
    const path = `/api/accounts/${props.row.anchor}/sections/${props.row.id}/authors`;
    const answer = await http<Authors>(path, undefined, undefined, session.data.source(props.row.id)?.link);
    return answer.ok
      ? new Map(answer.value.items.flatMap(({ member, clients }) => clients.map((client) => [client, member] as const)))
      : null;
  });
  const known = () => (authors.state === "ready" || authors.state === "refreshing" ? authors.latest : undefined);
  const [moved, move] = createSignal(0);
  let timer = 0;
  const later = () => {
    clearTimeout(timer);
    timer = window.setTimeout(() => move((n) => n + 1), 200);
  };
  doc.on("update", later);
  onCleanup(() => {
    clearTimeout(timer);
    doc.off("update", later);
    if (props.editor) drawOn(props.editor, key, new Map());
  });
  const asked = new Set<number>();
  createEffect(() => {
    const of = known();
    if (!of || moved() < 0 || !props.editor) return;
    const mine = new Set([doc.clientID, authorOf(doc)]);
    const marks = textBlocks(doc.getXmlFragment(root)).map((block, place) => {
      const names = new Set<string>();
      for (const client of writersOf(block)) {
        const member = mine.has(client) ? session.data.me.member : of.get(client);
        if (member === undefined && !asked.has(client)) {
          asked.add(client);
          void refetch();
        }
        if (member !== undefined) names.add(member === "room" ? t("notes.wroteBefore") : session.memberName(member));
      }
      const said = [...names].filter(Boolean).join(", ");
      return [place, { class: css.block ?? "", "data-wrote": said, title: said }] as const;
    });
    drawOn(props.editor, key, new Map(marks));
  });
  return (
    <p class="meta" role="status">
      <Show when={known() !== null} fallback={vw("hidden")}>
        {t("notes.wroteSaid")}
      </Show>
    </p>
  );
}

/** The client ids whose words stand in a block. */
function writersOf(block: Y.XmlElement): Set<number> {
  const writers = new Set<number>();
  const walk = (type: Y.XmlElement | Y.XmlText): void => {
    for (let item = type._start; item; item = item.right) {
      if (item.deleted) continue;
      if (item.content instanceof Y.ContentString) writers.add(item.id.client);
      const child = item.content instanceof Y.ContentType ? item.content.type : null;
      if (child instanceof Y.XmlElement || child instanceof Y.XmlText) walk(child);
    }
  };
  walk(block);
  return writers;
}
