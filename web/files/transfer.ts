/** Bytes of files to and from the cell that holds them, over the line that everything goes over. */
import { limits } from "../../shared/kernel/limits.ts";
import { isPractised, lineFetch } from "../data/line.ts";
import type { CellLink } from "../data/wire.ts";

type Bytes = Uint8Array<ArrayBuffer>;
const pathOf = (link: CellLink, file: string): string => `${link.url}/api/files/${file}/content`;
/** A line that is slower than this is given up: sending again is safe. */
const patienceMs = (bytes: number): number => limits.silenceMs + bytes / limits.slowestBytesPerMs;

/** The status, 0 where no answer came. `onPart`: how much of it is out, where the browser tells. */
export async function sendFile(
  link: CellLink,
  file: string,
  bytes: Bytes,
  onPart: (part: number) => void,
): Promise<number> {
  const headers = { "content-type": "application/octet-stream", ...(await link.headers?.()) };
  if (isPractised()) {
    const signal = AbortSignal.timeout(patienceMs(bytes.length));
    return lineFetch(pathOf(link, file), { method: "PUT", headers, body: bytes, credentials: "same-origin", signal }).then(
      ({ status }) => status,
      () => 0,
    ); // prettier-ignore
  }
  // What goes out is counted by this one alone.
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("PUT", pathOf(link, file));
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.timeout = patienceMs(bytes.length);
    request.upload.addEventListener("progress", ({ loaded }) => onPart(loaded / bytes.length));
    request.addEventListener("loadend", () => resolve(request.status));
    request.send(bytes);
  });
}

export type Fetched =
  | { readonly ok: true; readonly bytes: Bytes }
  | { readonly ok: false; readonly why: "missing" | "unreachable" };
/** What is in a file, if it is what its record says. */
export async function fetchFile(
  link: CellLink,
  file: { readonly id: string; readonly bytes?: number | null; readonly sha256?: string | null },
): Promise<Fetched> {
  try {
    const answer = await lineFetch(pathOf(link, file.id), {
      headers: { ...(await link.headers?.()) },
      credentials: "same-origin",
      cache: "no-store",
      signal: AbortSignal.timeout(patienceMs(file.bytes ?? 0)),
    });
    if (answer.status === 404) return { ok: false, why: "missing" };
    const bytes = new Uint8Array(await answer.arrayBuffer());
    if (!answer.ok || (file.sha256 && (await hashOf(bytes)) !== file.sha256)) return { ok: false, why: "unreachable" };
    return { ok: true, bytes };
  } catch {
    return { ok: false, why: "unreachable" };
  }
}
export async function hashOf(bytes: Bytes): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...hash].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
