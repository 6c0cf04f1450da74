import { useSearchParams } from "@solidjs/router";
import { lazy, Show, type JSX } from "solid-js";
import { t } from "../i18n/i18n.ts";
import { fieldLabel } from "../i18n/labels.ts";
import { DueDay } from "../lists/columns.tsx";
import type { Column, ListKind } from "../lists/kind.ts";
import { List } from "../lists/list.tsx";
import css from "../lists/list.module.css";
import table from "../lists/table.module.css";
import { paths } from "../paths.ts";
import { useSession, type Session } from "../shell/context.ts";
import { Health } from "../ui/bits.tsx";
import { healthOrder, nextOrder, type Account } from "./columns.ts";
import { KeepMenu, removeHere, togglePin } from "./keep.tsx";

const Peek = lazy(async () => ({ default: (await import("./peek.tsx")).Peek }));

const columns: readonly Column[] = [
  { field: "name", label: () => fieldLabel("name"), min: 200, grow: 5, online: "name" },
  { field: "owner", label: () => fieldLabel("owner"), min: 132, grow: 3 },
  { field: "region", label: () => fieldLabel("region"), min: 96, grow: 2 },
  { field: "health", label: () => fieldLabel("health"), min: 88, grow: 1.4, sort: healthOrder, online: "health" },
  {
    field: "nextAction",
    label: () => fieldLabel("nextAction"),
    min: 200,
    grow: 6,
    sort: nextOrder,
    online: "nextActionDay",
    cell: (row) => (
      <span class={table.spread}>
        <span class="clip">{(row as Account).nextAction ?? ""}</span>
        <DueDay value={(row as Account).nextActionDay} zone={(row as Account).nextActionZone} />
      </span>
    ),
  },
  { field: "country", label: () => fieldLabel("country"), min: 96, grow: 2, online: "country" },
  { field: "type", label: () => fieldLabel("type"), min: 96, grow: 2, online: "type" },
];

const accountList = (session: Session): ListKind => ({
  entity: "account",
  path: paths.accounts,
  plural: "accounts",
  columns,
  start: ["name", "owner", "region", "health", "nextAction", "country", "type"],
  groups: ["owner", "region", "team", "health", "type", "industry", "country"],
  views: [
    { id: "all", name: () => t("view.all"), query: { where: [] } },
    { id: "mine", name: () => t("view.mine"), query: { where: [{ field: "owner", op: "is", values: ["me"] }] } },
    { id: "team", name: () => t("view.team"), query: { where: [{ field: "team", op: "is", values: ["mine"] }] } },
    {
      id: "risk",
      name: () => t("view.risk"),
      query: { where: [{ field: "health", op: "is", values: ["watch", "at_risk"] }] },
    },
    {
      id: "no-next",
      name: () => t("view.noNext"),
      query: {
        where: [
          { field: "owner", op: "is", values: ["me"] },
          { field: "nextAction", op: "empty", values: [] },
        ],
      },
    },
    { id: "kept", name: () => t("view.kept"), query: { where: [] }, only: (row) => session.data.reason(row) === "pinned" },
  ],
  title: (row) => String(row["name"] ?? ""),
  find: { texts: ["name", "city", "country", "type", "nextAction"], refs: ["owner", "region"] },
  words: { title: () => t("accounts.title") },
  href: (row) => paths.account(row.id),
  onOpen: (row) => session.data.open(row.id),
  phone: (row) => (
    <>
      <span class={table.phoneTop}>
        <Health value={(row as Account).health === "good" ? null : (row as Account).health} />
      </span>
      <span class={table.phoneSub}>
        <span class="clip">{(row as Account).nextAction ?? ""}</span>
        <DueDay value={(row as Account).nextActionDay} />
      </span>
      <span class={`${table.phoneEnd} clip`}>{session.memberName((row as Account).owner)}</span>
    </>
  ),
  menu: (row, triggerClass) => (
    <KeepMenu
      account={row as Account}
      triggerClass={`${triggerClass} ${session.data.choice(() => row.id)() === "pin" ? table.pinned : ""}`}
    />
  ),
  peek: (row, id, onClose) => <Peek id={id()} row={row() as Account | undefined} onClose={onClose} />,
  keys: {
    p: (row) => togglePin(session, row as Account),
    Delete: (row) => session.data.record("account", () => row.id)() && removeHere(session, row as Account),
  },
  above: () => <Over />,
}); // prettier-ignore

export default function Accounts(): JSX.Element {
  return <List kind={accountList(useSession())} />;
}

/** This device follows more accounts than it has places for. */
function Over(): JSX.Element {
  const { data } = useSession();
  const [search, setSearch] = useSearchParams<{ part?: string; view?: string }>();
  return (
    <Show when={search.part !== "online" && data.sync().over}>
      {(over) => (
        <p class={`${css.over} num`} role="status">
          {t("accounts.over", over())}{" "}
          <button type="button" class={css.overAct} onClick={() => setSearch({ view: "kept" })}>
            {t("accounts.showKept")}
          </button>
        </p>
      )}
    </Show>
  );
}
