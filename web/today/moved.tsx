import type { JSX } from "solid-js";
import type { ItemOf } from "../notices/notices.ts";
import { paths } from "../paths.ts";
import { useSession } from "../shell/context.ts";
import { markOf } from "../shell/marks.ts";
import { seen } from "./acts.ts";
import { placeName, Row, usePutOff } from "./rows.tsx";
import css from "./today.module.css";
import { said } from "./words.ts";

/** An opportunity that came into a stage of which my role is told. */
export function Moved(props: { readonly item: ItemOf<"moved"> }): JSX.Element {
  const session = useSession();
  const off = usePutOff(() => props.item);
  const row = () => props.item.row;
  const stage = session.data.record("stage", () => row().stage ?? undefined);
  return (
    <Row
      item={props.item}
      title={row().name ?? ""}
      account={placeName(session, row().anchor)}
      href={paths.account(row().anchor, "opportunities", row().id)}
      anchor={row().anchor}
      mark={markOf(session.data, row().id)}
      faded={off.until() !== null}
      primary={{ key: "x", words: said("seen"), run: () => void seen(session, props.item) }}
      acts={off.acts()}
      below={off.dialog}
    >
      {off.words}
      <span class={css.when}>{said("nowIn", stage()?.name ?? "")}</span>
    </Row>
  );
}
