/** Who is signed in on this machine: one small file that only its owner can read. */
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Credentials } from "./api.ts";

export interface Session extends Credentials {
  readonly url: string;
}
const folder = (): string => join(process.env["XDG_CONFIG_HOME"] || join(homedir(), ".config"), "baton");
const file = (): string => join(folder(), "session.json");

export function readSession(): Session | null {
  let text: string;
  try {
    text = readFileSync(file(), "utf8");
  } catch {
    return null; // nobody has signed in yet
  }
  try {
    const { url, cookie, token } = JSON.parse(text) as Partial<Session>;
    return typeof url === "string" ? { url, cookie, token } : null;
  } catch {
    return null; // a damaged file is as good as none: signing in writes a new one
  }
}

export function saveSession(session: Session): string {
  mkdirSync(folder(), { recursive: true, mode: 0o700 });
  writeFileSync(file(), `${JSON.stringify(session)}\n`, { mode: 0o600 });
  chmodSync(file(), 0o600); // the mode above counts only for a new file
  return file();
}

/** The last sealed range that this machine saw whole at an address: one that is cut off later is missed here. */
export interface Head {
  readonly n: number;
  readonly hash: string;
}
const heads = (): string => join(folder(), "audit-heads.json");
function readHeads(): Record<string, Head> {
  try {
    return JSON.parse(readFileSync(heads(), "utf8")) as Record<string, Head>;
  } catch {
    return {}; // none was seen yet
  }
}
export const readHead = (url: string): Head | null => readHeads()[new URL(url).origin] ?? null;
export function saveHead(url: string, head: Head): void {
  mkdirSync(folder(), { recursive: true, mode: 0o700 });
  writeFileSync(heads(), `${JSON.stringify({ ...readHeads(), [new URL(url).origin]: head })}\n`, { mode: 0o600 });
}
