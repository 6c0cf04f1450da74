import Lock from "lucide-solid/icons/lock";
import { createMemo, createSignal, onCleanup, Show, type JSX } from "solid-js";
import type { RecordOf, Row } from "../../shared/records/entities.ts";
import { t } from "../i18n/i18n.ts";
import { useSession } from "../shell/context.ts";
import { whyWords } from "../shell/sync-words.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { toast } from "../ui/toast.tsx";

/** Makes a shared note one of sales alone, after saying that there is no way back. Shown to who may do it. */
export default function Narrow(props: { readonly row: RecordOf<"section"> }): JSX.Element {
  const { data } = useSession();
  const [moved, move] = createSignal(0);
  onCleanup(data.onChange(() => move((n) => n + 1)));
  const may = createMemo(
    () =>
      moved() >= 0 &&
      props.row.sectionKind === "shared" &&
      props.row.group === "shared" &&
      data.can("tighten", props.row as Row).allowed,
  );
  const [asking, setAsking] = createSignal(false);
  const narrow = async () => {
    setAsking(false);
    const done = await data.mutate("section.tighten@1", { id: props.row.id, gen: props.row.gen ?? 1 });
    if (!done.ok) toast({ text: t("tray.notAccepted", done.detail ?? whyWords(done.code)), bad: true });
  };
  return (
    <Show when={may()}>
      <Button look="quiet" small square aria-label={t("notes.narrow")} onClick={() => setAsking(true)}>
        <Lock size={15} />
      </Button>
      <Dialog
        open={asking()}
        onClose={() => setAsking(false)}
        title={t("notes.narrowTitle", props.row.title ?? "")}
        actions={
          <>
            <Button look="quiet" onClick={() => setAsking(false)}>
              {t("notes.narrowKeep")}
            </Button>
            <Button look="primary" onClick={() => void narrow()}>
              {t("notes.narrow")}
            </Button>
          </>
        }
      >
        <p>{t("notes.narrowWhat")}</p>
      </Dialog>
    </Show>
  );
}
