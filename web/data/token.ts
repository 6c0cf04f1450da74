/** What other cells are shown: the short-lived token that the home cell signs, renewed a little before it ends. */
import { limits } from "../../shared/kernel/limits.ts";
import { lineFetch } from "./line.ts";
import { WireError } from "./wire-error.ts";

const earlyMs = 60_000;

export function cellToken(): () => Promise<Readonly<Record<string, string>>> {
  let token = "";
  let until = 0;
  let asking: Promise<void> | null = null;
  const renew = async (): Promise<void> => {
    let response: Response;
    try {
      response = await lineFetch("/api/session/token", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: "{}",
        signal: AbortSignal.timeout(limits.silenceMs),
      });
    } catch (error) {
      throw new WireError("retry", String(error));
    }
    if (!response.ok) throw new WireError(response.status === 401 ? "signed_out" : "retry", `token ${response.status}`);
    const body = (await response.json()) as { readonly token: string; readonly expiresAt: number };
    token = body.token;
    until = body.expiresAt;
  };
  return async () => {
    if (Date.now() > until - earlyMs) {
      asking ??= renew().finally(() => {
        asking = null;
      });
      await asking;
    }
    return { authorization: `Bearer ${token}` };
  };
}
