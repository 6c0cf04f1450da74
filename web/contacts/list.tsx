import { createSignal, lazy, Show, Suspense, type JSX } from "solid-js";
import { useCommands } from "../commands/registry.ts";
import type { Row } from "../../shared/records/entities.ts";
import { t } from "../i18n/i18n.ts";
import { fieldLabel } from "../i18n/labels.ts";
import { displayName } from "../i18n/person.ts";
import type { Column, ListKind } from "../lists/kind.ts";
import { List } from "../lists/list.tsx";
import { say } from "../lists/phrases.ts";
import table from "../lists/table.module.css";
import { paths } from "../paths.ts";
import { isPhone, useSession, type Session } from "../shell/context.ts";
import { Button } from "../ui/button.tsx";
import type { Contact } from "./person.tsx";
import { Ways } from "./ways.tsx";

const Peek = lazy(async () => ({ default: (await import("./peek.tsx")).Peek }));
const NewPerson = lazy(async () => ({ default: (await import("./new-person.tsx")).NewPerson }));
const nameOf = (row: Row): string => displayName(row as Contact);

const columns: readonly Column[] = [
  { field: "name", label: () => fieldLabel("name"), min: 180, grow: 4, online: "name" },
  { field: "anchor", label: () => fieldLabel("anchor"), min: 160, grow: 4 },
  { field: "title", label: () => fieldLabel("title"), min: 140, grow: 3, online: "title" },
  { field: "email", label: () => fieldLabel("email"), min: 180, grow: 4, online: "email" },
  { field: "phone", label: () => fieldLabel("phone"), min: 130, grow: 2, online: "phone" },
  { field: "accountOwner", label: () => fieldLabel("accountOwner"), min: 132, grow: 3 },
];

const contactList = (session: Session): ListKind => ({
  entity: "contact",
  path: paths.contacts,
  plural: "contacts",
  columns,
  start: ["name", "anchor", "title", "email", "phone", "accountOwner"],
  groups: ["anchor", "accountOwner", "department", "title"],
  views: [
    { id: "all", name: () => t("view.all"), query: { where: [] } },
    { id: "mine", name: () => t("view.myAccounts"), query: { where: [{ field: "accountOwner", op: "is", values: ["me"] }] } },
    { id: "team", name: () => t("view.team"), query: { where: [{ field: "accountTeam", op: "is", values: ["mine"] }] } },
    {
      id: "no-way",
      name: () => t("view.noWay"),
      query: {
        where: [
          { field: "email", op: "empty", values: [] },
          { field: "phone", op: "empty", values: [] },
        ],
      },
    },
  ],
  title: nameOf,
  find: { texts: ["name", "given", "family", "title", "department", "email", "phone"], refs: ["anchor"] },
  words: { title: () => t("contacts.title") },
  href: (row) => paths.contact(row.id),
  phone: (row) => (
    <>
      <span class={`${table.phoneSub} clip`}>
        {[(row as Contact).title, session.data.record("account", () => row.anchor)()?.name].filter(Boolean).join(" · ")}
      </span>
    </>
  ),
  menu: (row, triggerClass) => (
    <span class={table.ways}>
      <Ways class={triggerClass} name={nameOf(row)} email={(row as Contact).email} phone={(row as Contact).phone} />
    </span>
  ),
  menuButtons: 2,
  peek: (row, id, onClose) => <Peek id={id()} row={row() as Contact | undefined} onClose={onClose} />,
  create: () => <Create />,
}); // prettier-ignore

/** Whoever may not make one somewhere is told when the account is chosen. */
function Create(): JSX.Element {
  const [open, setOpen] = createSignal(false);
  useCommands({ "person.new": () => void setOpen(true) });
  return (
    <>
      <Button look="primary" small aria-haspopup="dialog" {...(isPhone() ? {} : { kbd: "C" })} onClick={() => setOpen(true)}>
        {say("person.new")}
      </Button>
      <Suspense>
        <Show when={open()}>
          <NewPerson onClose={() => setOpen(false)} />
        </Show>
      </Suspense>
    </>
  );
} // prettier-ignore

export default function Contacts(): JSX.Element {
  return <List kind={contactList(useSession())} />;
}
