import { t } from "../i18n/i18n.ts";
import type { Session } from "../shell/context.ts";
import { fetchWords } from "../shell/words-later.ts";
import { toast } from "../ui/toast.tsx";

/** A draft of handing over a record, or the whole account; its page is where all else is said. Null: it was refused. */
export async function startHandoff(
  session: Session,
  of: { readonly anchor: string; readonly about: string; readonly name: string },
): Promise<string | null> {
  const id = session.data.newId("handoff", of.anchor);
  const done = await session.data.mutate("handoff.create@1", {
    id,
    anchor: of.anchor,
    fields: { name: t("handoff.of", of.name), about: of.about },
  });
  if (done.ok) return id;
  toast({ text: (await fetchWords()).refusalWords(session, done), bad: true });
  return null;
}
