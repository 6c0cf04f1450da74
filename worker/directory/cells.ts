import { fail, ok, type Result } from "../../shared/kernel/result.ts";
import { isMac, mac, toBase64Url } from "../auth/secrets.ts";
import type { Env } from "../env.ts";
import { otherCells } from "../http/origin.ts";

export const isHome = (env: Pick<Env, "CELL" | "HOME">): boolean => env.CELL === env.HOME;

/**
 * How cells know each other: `<cell>.<HMAC of its name under CURSOR_KEY>`, which only the organisation's cells can make.
 * It opens the directory feed and the poke, nothing else.
 */
export const cellBearer = async (env: Pick<Env, "CELL" | "CURSOR_KEY">): Promise<string> =>
  `${env.CELL}.${toBase64Url(await mac(env.CURSOR_KEY, `cell ${env.CELL}`))}`;

/** The cell that asks, if it is one of ours. */
export async function askingCell(
  request: Request,
  env: Pick<Env, "CELLS" | "CELL" | "CURSOR_KEY">,
): Promise<Result<string>> {
  const match = /^Bearer ([a-z]{2,8})\.([\w-]{43})$/.exec(request.headers.get("authorization") ?? "");
  const [, cell, code] = match ?? [];
  if (cell === undefined || code === undefined || !otherCells(env).has(cell)) return fail("missing");
  return (await isMac(env.CURSOR_KEY, `cell ${cell}`, code)) ? ok(cell) : fail("missing");
}

/** Where the home cell is; null in the home cell itself, and where CELLS does not name it. */
export const homeUrl = (env: Pick<Env, "CELLS" | "CELL" | "HOME">): string | null =>
  otherCells(env).get(env.HOME) ?? null;
