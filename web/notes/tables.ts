import { Extension, type Editor } from "@tiptap/core";
import { Plugin } from "@tiptap/pm/state";
import {
  addColumnAfter, addColumnBefore, addRowAfter, addRowBefore, deleteColumn, deleteRow, deleteTable, goToNextCell,
  tableEditing, toggleHeaderRow,
} from "@tiptap/pm/tables"; // prettier-ignore
import { isFromRoom } from "./raise.ts";

/**
 * Cells as one selects and leaves them. Rows of unequal length, as two members make them at the same moment, are mended
 * by whoever writes in that table next: mended by all who see it, each would add a cell, and nobody may change a
 * document by opening it.
 */
export const TableKeys = Extension.create({
  name: "tableKeys",
  addProseMirrorPlugins() {
    const table = tableEditing();
    const { appendTransaction } = table.spec;
    const mend: typeof appendTransaction = function (this: Plugin, changes, before, after) {
      return changes.some((change) => change.docChanged && !isFromRoom(change))
        ? appendTransaction?.call(this, changes, before, after)
        : null;
    };
    return [new Plugin({ ...table.spec, appendTransaction: mend } as typeof table.spec)];
  },
  addKeyboardShortcuts() {
    const go = (way: 1 | -1) => goToNextCell(way)(this.editor.state, this.editor.view.dispatch);
    return {
      Tab: () => go(1) || (this.editor.isActive("table") && run(this.editor, "rowAfter") && go(1)),
      "Shift-Tab": () => go(-1),
    };
  },
});

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
export type TableAct = keyof typeof acts;
export const tableActs = Object.keys(acts) as TableAct[];
export const run = ({ state, view }: Editor, act: TableAct): boolean => acts[act](state, view.dispatch);
