/** Mails, one a file, by postal-mime: who wrote to whom, when, about what, and the words. */
import PostalMime, { type Address } from "postal-mime";
import type { Bytes, ReadRow, ReadTable } from "./rows.ts";

export const mailColumns = ["Message-ID", "In reply to", "Subject", "From", "From address", "To", "Addresses", "Date", "Text", "Attachments"] as const; // prettier-ignore
const mailMax = 26_214_400; // as of a file

const flat = (list: readonly Address[] | undefined): { readonly name: string; readonly address: string }[] =>
  (list ?? []).flatMap((one) =>
    one.group
      ? one.group.map(({ name, address }) => ({ name, address }))
      : [{ name: one.name, address: one.address ?? "" }],
  );
const shown = (list: readonly { readonly name: string; readonly address: string }[]): string =>
  list.map(({ name, address }) => (name && address ? `${name} <${address}>` : address || name)).join(", ");

async function mailRow(bytes: Bytes): Promise<ReadRow> {
  if (bytes.size > mailMax) return { line: 1, bad: "This mail is larger than 25 MB." };
  const parts: Uint8Array[] = [];
  for await (const part of bytes.read()) parts.push(part);
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  let mail;
  try {
    mail = await PostalMime.parse(whole);
  } catch {
    return { line: 1, bad: "This mail is damaged: it can't be taken apart." };
  }
  const from = flat(mail.from ? [mail.from] : []);
  const others = [...flat(mail.to), ...flat(mail.cc), ...flat(mail.bcc)];
  const all = [...from, ...others].map(({ address }) => address).filter((address) => address.includes("@"));
  const notes: string[] = [];
  const date = mail.date === undefined ? Number.NaN : Date.parse(mail.date);
  if (mail.date !== undefined && Number.isNaN(date)) notes.push(`Its date can't be read: ${mail.date.slice(0, 80)}.`);
  if (mail.attachments.length > 0)
    notes.push(`Attachments are named, not kept: ${mail.attachments.map(({ filename, mimeType }) => filename ?? mimeType).join(", ")}.`); // prettier-ignore
  if (all.length === 0) notes.push("It names no address that can be read.");
  const text = mail.text ?? (mail.html ?? "").replaceAll(/<(style|script)[\s\S]*?<\/\1>|<[^>]*>/gi, " ").replaceAll(/[ \t]+/g, " "); // prettier-ignore
  const cells: Record<(typeof mailColumns)[number], string> = {
    "Message-ID": mail.messageId ?? "",
    "In reply to": mail.inReplyTo ?? "",
    Subject: mail.subject ?? "",
    From: shown(from),
    "From address": from[0]?.address ?? "",
    To: shown(others),
    Addresses: [...new Set(all.map((address) => address.toLowerCase()))].join(" "),
    Date: Number.isNaN(date) ? "" : new Date(date).toISOString(),
    Text: text.trim(),
    Attachments: mail.attachments.map(({ filename, mimeType }) => filename ?? mimeType).join("\n"),
  };
  if (Object.entries(cells).every(([name, cell]) => name === "Message-ID" || cell === ""))
    return { line: 1, bad: "This is no mail: it has no sender, no subject and no words." };
  return { line: 1, cells, ...(notes.length > 0 ? { note: notes.join(" ") } : {}) };
}

export function mailTable(bytes: Bytes): ReadTable {
  const rows = async function* (): AsyncGenerator<ReadRow> {
    yield await mailRow(bytes);
  };
  return { name: "Mail", columns: mailColumns, rows };
}
