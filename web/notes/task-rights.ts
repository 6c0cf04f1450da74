import type { Row } from "../../shared/records/entities.ts";
import { emptyFields } from "../../shared/records/generic.ts";
import { taskGroup } from "../../shared/sections/kinds.ts";
import type { LocalData } from "../data/store.ts";
import { t } from "../i18n/i18n.ts";
import { whyWords } from "../shell/sync-words.ts";

/** Why an item of this note can't become a task, as far as this device can tell; undefined: it can (SECTION-12). */
export function whyNoTask(data: LocalData, section: Row | undefined): string | undefined {
  if (!section) return whyWords("missing");
  const group = taskGroup(section);
  if (group === undefined) return t("task.widens");
  const { anchor, compartment } = section;
  const own = { owner: data.me.member, createdBy: data.me.member, createdAt: 0, done: false, group };
  const row = { ...emptyFields("task"), ...own, id: data.newId("task", anchor), anchor, compartment } as Row;
  const may = data.can("create", row);
  if (!may.allowed) return may.why ?? whyWords("denied");
  return data.can("read", row).allowed ? undefined : t("task.unseen");
}
