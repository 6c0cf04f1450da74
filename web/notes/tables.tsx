/** Tables as one writes in them: fetched with the first table in a note. */
import type { Editor } from "@tiptap/core";
import { keymap } from "@tiptap/pm/keymap";
import { Plugin } from "@tiptap/pm/state";
import {
  addColumnAfter, addColumnBefore, addRowAfter, addRowBefore, deleteColumn, deleteRow, deleteTable, goToNextCell,
  tableEditing, toggleHeaderRow,
} from "@tiptap/pm/tables"; // prettier-ignore
import Table from "lucide-solid/icons/table";
import type { JSX } from "solid-js";
import { t } from "../i18n/i18n.ts";
import { buttonClass } from "../ui/button.tsx";
import { Menu } from "../ui/menu.tsx";
import { isFromRoom } from "./raise.ts";

/**
 * Cells as one selects and leaves them. Rows of unequal length, as two members make them at the same moment, are mended
 * by whoever writes in that table next: mended by all who see it, each would add a cell, and nobody may change a
 * document by opening it.
 */
export function writeInTables(editor: Editor): void {
  if (editor.isDestroyed) return;
  const table = tableEditing();
  const { appendTransaction } = table.spec;
  const mend: typeof appendTransaction = function (this: Plugin, changes, before, after) {
    return changes.some((change) => change.docChanged && !isFromRoom(change))
      ? appendTransaction?.call(this, changes, before, after)
      : null;
  };
  const go = (way: 1 | -1) => goToNextCell(way)(editor.state, editor.view.dispatch);
  const keys = keymap({
    Tab: () => go(1) || (editor.isActive("table") && run(editor, "rowAfter") && go(1)),
    "Shift-Tab": () => go(-1),
  });
  const cells = new Plugin({ ...table.spec, appendTransaction: mend } as typeof table.spec);
  editor.registerPlugin(keys, (plugin, plugins) => [plugin, cells, ...plugins]);
}

const acts = {
  rowBefore: addRowBefore,
  rowAfter: addRowAfter,
  columnBefore: addColumnBefore,
  columnAfter: addColumnAfter,
  headerRow: toggleHeaderRow,
  dropRow: deleteRow,
  dropColumn: deleteColumn,
  dropTable: deleteTable,
};
type Act = keyof typeof acts;
const run = ({ state, view }: Editor, act: Act): boolean => acts[act](state, view.dispatch);

export default function TableMenu(props: { readonly editor: Editor }): JSX.Element {
  return (
    <Menu
      trigger={<Table size={15} />}
      triggerClass={buttonClass({ look: "quiet", square: true, small: true })}
      label={t("table.menu")}
      parts={(Object.keys(acts) as Act[]).map((act) => ({
        words: t(`table.${act}`),
        onSelect: () => {
          run(props.editor, act);
          requestAnimationFrame(() => props.editor.commands.focus()); // after the menu gave the focus back
        },
      }))}
    />
  );
}
