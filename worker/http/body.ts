import type * as z from "zod/mini";
import { limits } from "../../shared/kernel/limits.ts";
import { fail, ok, type Result } from "../../shared/kernel/result.ts";

/** The body as text, never holding more than `bytesMax`: the length header is a claim, so the bytes are counted too. */
async function readText(request: Request, bytesMax: number = limits.bodyBytesMax): Promise<Result<string>> {
  if (Number(request.headers.get("content-length") ?? 0) > bytesMax) return fail("too_large");
  if (!request.body) return ok("");
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });
  const reader = request.body.getReader();
  let bytes = 0;
  let text = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return ok(text + decoder.decode());
      bytes += value.byteLength;
      if (bytes > bytesMax) {
        await reader.cancel();
        return fail("too_large");
      }
      text += decoder.decode(value, { stream: true });
    }
  } catch (error) {
    if (error instanceof TypeError) return fail("not_json"); // bytes that are not UTF-8
    throw error;
  }
}

export const isJson = (request: Request): boolean =>
  /^application\/([\w.+-]+\+)?json\s*(;|$)/i.test(request.headers.get("content-type") ?? "");

export const isBytes = (request: Request): boolean =>
  request.headers.get("content-type") === "application/octet-stream";

/** A JSON body that fits the schema; else `too_large`, `not_json`, or `invalid` with the names of the fields. */
export async function readBody<T>(request: Request, schema: z.ZodMiniType<T>): Promise<Result<T>> {
  if (!isJson(request)) return fail("not_json");
  const text = await readText(request);
  if (!text.ok) return text;
  let value: unknown;
  try {
    value = JSON.parse(text.value);
  } catch {
    return fail("not_json"); // the parser's words would repeat the body
  }
  const parsed = schema.safeParse(value);
  return parsed.success ? ok(parsed.data) : fail("invalid", { fields: fieldsOf(parsed.error.issues) });
}

/** Names of the fields at fault, never their values. */
function fieldsOf(issues: readonly z.core.$ZodIssue[]): string[] {
  const names = issues.flatMap((issue) => {
    const path = issue.path.map(String);
    return issue.code === "unrecognized_keys" ? issue.keys.map((key) => [...path, key].join(".")) : [path.join(".")];
  });
  return [...new Set(names.filter((name) => name !== ""))].slice(0, 50);
}
