import { createMemo, createSignal, Show, type JSX } from "solid-js";
import { isNeeded } from "../../shared/approvals/gates.ts";
import { unfolded, type Scalar } from "../../shared/approvals/bound.ts";
import type { RecordOf, Row } from "../../shared/records/entities.ts";
import { entity } from "../../shared/records/entities.ts";
import { fieldSchema } from "../../shared/records/record.ts";
import { onlineRecord } from "../accounts/online.ts";
import { day, dayIn } from "../i18n/format.ts";
import { locale, t } from "../i18n/i18n.ts";
import { now, useSession } from "../shell/context.ts";
import { whyWords } from "../shell/sync-words.ts";
import { fieldLabel } from "../i18n/labels.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Field } from "../ui/field.tsx";
import { toast } from "../ui/toast.tsx";
import { askedWords, askFor, names } from "./ask.ts";
import { Saying } from "./saying.tsx";
import { holdersFor, stateNow, waiting } from "./model.ts";
import css from "./approvals.module.css";

const kind = "protected_change";

const words = (field: string, value: Scalar | undefined): string =>
  value === null || value === undefined
    ? t("field.empty")
    : field.endsWith("Day")
      ? day(String(value), { locale: locale(), today: dayIn(now(), Intl.DateTimeFormat().resolvedOptions().timeZone) })
      : String(value);

/** A field that needs somebody else's yes once something was signed: edited like any other, and then asked for. */
export function GuardedField(props: {
  readonly account: RecordOf<"account">;
  /** The record as the server shows it: these values are on no device. */
  readonly row: Row;
  readonly field: string;
  readonly show: string | null;
  readonly onDone: () => void;
}): JSX.Element {
  const session = useSession();
  const { data } = session;
  const [wanted, setWanted] = createSignal<Scalar>();
  const [asking, setAsking] = createSignal(false);
  const about = () => entity("account").fields[props.field];
  const rule = () =>
    data.asks.find((one) => one.kind === kind && one.on === "account" && one.binds.includes(props.field));
  const approvals = data.list("approval", () => ({
    anchor: props.account.id,
    where: (row) =>
      row.about === props.account.id && row.approvalKind === kind && (row.binds ?? "").split(",").includes(props.field),
    sort: "-createdAt",
  }));
  const open = () => waiting(approvals(), props.account.id, kind, now());
  const members = data.list("member", () => ({ sort: "name" }));
  const holders = createMemo(() =>
    asking() ? holdersFor(data, members() as readonly Row[], kind, "account", props.account, props.account.owner) : [],
  );

  const commit = async (text: string | null): Promise<string | undefined> => {
    const field = about();
    if (!field || !fieldSchema(field).safeParse(text).success) return t("field.invalid");
    const guard = rule();
    if (
      guard &&
      [props.row, { ...props.row, [props.field]: text }].some((row) => isNeeded(guard.when, row) !== false)
    ) {
      setWanted(text);
      setAsking(true);
      return undefined;
    }
    const done = await data.mutate("account.edit@1", { id: props.account.id, set: { [props.field]: text } });
    if (!done.ok) return t("tray.notAccepted", done.detail ?? whyWords(done.code));
    props.onDone();
    return undefined;
  };
  const mayEdit = () => data.can("edit", props.account as Row, props.field).allowed;
  return (
    <>
      <Field
        label={fieldLabel(props.field)}
        kind={props.field.endsWith("Day") ? "day" : about()?.type === "long" ? "long" : "text"}
        value={
          props.row[props.field] === null || props.row[props.field] === undefined
            ? null
            : String(props.row[props.field])
        }
        {...(props.show === null ? {} : { show: props.show })}
        onCommit={mayEdit() && !open() ? commit : undefined}
      />
      <Show when={open()}>{(row) => <p class={css.note}>{t("approval.waits", askedWords(session, row()))}</p>}</Show>
      <Apply account={props.account} approvals={approvals()} field={props.field} onDone={props.onDone} />
      <Dialog open={asking()} onClose={() => setAsking(false)} title={t("guarded.title", fieldLabel(props.field))}>
        <p>{rule()?.why}</p>
        <p class={css.change}>
          <s>{props.show ?? t("field.empty")}</s> → <b>{words(props.field, wanted())}</b>
        </p>
        <Show when={holders().length > 0} fallback={<p class={css.soft}>{t("missing.nobody")}</p>}>
          <p class={css.soft}>{t("missing.whom", names(session, holders()))}</p>
          <Saying
            label={t("missing.reason")}
            act={t("missing.ask")}
            onSay={(reason) =>
              void askFor(session, {
                on: "account",
                row: props.account as Row,
                kind,
                reason,
                holders: holders(),
                online: props.row,
                set: { [props.field]: wanted() ?? null },
              }).then((done) => done && setAsking(false))
            }
          />
        </Show>
      </Dialog>
    </>
  );
}

/** A change that somebody agreed to, ready to be made. */
function Apply(props: {
  readonly account: RecordOf<"account">;
  readonly approvals: readonly RecordOf<"approval">[];
  readonly field: string;
  readonly onDone: () => void;
}): JSX.Element {
  const session = useSession();
  const { data } = session;
  const yes = () =>
    props.approvals.find((row) => row.requester === data.me.member && stateNow(row, now()) === "approved");
  const online = onlineRecord<"approval">(() => ({
    plural: "approvals",
    id: yes()?.id ?? "",
    link: data.source(props.account.id)?.link,
    enabled: yes() !== undefined && !session.offline(),
  }));
  const set = () => (online.isSuccess ? unfolded(online.data as Row, "proposed") : {});
  const apply = async () => {
    const done = await data.mutate("account.edit@1", { id: props.account.id, set: set(), approval: yes()?.id });
    if (!done.ok) return toast({ text: t("tray.notAccepted", done.detail ?? whyWords(done.code)), bad: true });
    toast({ text: t("guarded.applied") });
    props.onDone();
  };
  return (
    <Show when={yes() && props.field in set()}>
      <p class={css.note}>
        {t("approval.approvedBy", session.memberName(yes()?.decidedBy))} ·{" "}
        <b>{words(props.field, set()[props.field])}</b>
      </p>
      <div class={css.noteActs}>
        <Button small look="primary" onClick={() => void apply()}>
          {t("guarded.apply")}
        </Button>
      </div>
    </Show>
  );
}
