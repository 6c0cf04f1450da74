import { cleanFileName } from "../../shared/files/types.ts";
import { t } from "../i18n/i18n.ts";
import type { Session } from "../shell/context.ts";
import { toast } from "../ui/toast.tsx";
import { filesOf } from "./queue.ts";
import { fetchFile } from "./transfer.ts";
import { f } from "./words.ts";

type Bytes = Uint8Array<ArrayBuffer>;
export interface Named {
  readonly id: string;
  readonly name?: string | null;
  readonly mediaType?: string | null;
  readonly bytes?: number | null;
  readonly sha256?: string | null;
}
const holdMs = 60_000; // a browser may still be reading it

/** What is in a file: from this device while it waits here, else from its cell; null: it was said why not. */
export async function bytesFor(session: Session, file: Named): Promise<Bytes | null> {
  const { data } = session;
  const queue = filesOf(data);
  const here = queue.waiting().some(({ id }) => id === file.id) ? await queue.bytes(file.id) : null;
  if (here) return here;
  const link = data.source(file.id)?.link;
  if (session.offline() || !link) {
    toast({ text: f("needsLine"), bad: true });
    return null;
  }
  const got = await fetchFile(link, file);
  if (got.ok) return got.bytes;
  toast({ text: f(got.why), bad: true });
  return null;
}
/** The type is what its record says, and none that a browser would run: it is one of the list, or plain bytes. */
export const blobOf = (bytes: Bytes, mediaType: string | null | undefined): Blob =>
  new Blob([bytes], { type: mediaType ?? "application/octet-stream" });

/** Into the browser's downloads, under a name that says what it is. */
export function save(bytes: Bytes, { name, mediaType }: Pick<Named, "name" | "mediaType">): void {
  const url = URL.createObjectURL(blobOf(bytes, "application/octet-stream"));
  const link = document.createElement("a");
  link.href = url;
  link.download = cleanFileName(name ?? t("app.name"), mediaType ?? "");
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), holdMs);
}
