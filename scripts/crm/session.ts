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
