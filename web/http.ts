import { limits } from "../shared/kernel/limits.ts";
import type { ErrorCode } from "../shared/kernel/result.ts";
import { lineFetch } from "./data/line.ts";
import type { CellLink } from "./data/wire.ts";

export interface HttpError {
  readonly status: number; // 0: no answer at all
  readonly code: ErrorCode | "unreachable";
}
export type Answer<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: HttpError };

/**
 * One request for what only the server has, to the own cell or to the one that `link` leads to. Outcomes are values;
 * nothing is thrown.
 */
export async function http<T>(path: string, body?: unknown, signal?: AbortSignal, link?: CellLink): Promise<Answer<T>> {
  try {
    const answer = await lineFetch((link?.url ?? "") + path, {
      method: body === undefined ? "GET" : "POST",
      headers: {
        accept: "application/json",
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...(await link?.headers?.()),
      },
      credentials: "same-origin",
      cache: "no-store",
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.any([AbortSignal.timeout(limits.silenceMs), ...(signal ? [signal] : [])]),
    });
    const text = await answer.text();
    const value: unknown = text === "" ? null : JSON.parse(text);
    if (answer.ok) return { ok: true, value: value as T }; // the edge validates what it sends by the same schemas
    const code = (value as { code?: ErrorCode } | null)?.code ?? "unavailable";
    return { ok: false, error: { status: answer.status, code } };
  } catch {
    return { ok: false, error: { status: 0, code: "unreachable" } };
  }
}
