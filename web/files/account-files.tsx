import type { JSX } from "solid-js";
import type { RecordOf, Row } from "../../shared/records/entities.ts";
import { accountList } from "../accounts/part.tsx";
import Files from "./files.tsx";

/** Files of an account and of what lies under it: those of this device, or all that one may see. */
export default function AccountFiles(props: { readonly account: RecordOf<"account"> }): JSX.Element {
  const { rows, frame } = accountList("file", "files", () => props.account.id, "-createdAt");
  return <Files subject={props.account as Row} all={{ rows, frame }} />;
}
