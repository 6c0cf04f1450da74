/** Why the edge did not do it. Everything else (network, 429, 5xx, odd text) is `retry`. */
export type Refusal = "signed_out" | "update_needed" | "client_unknown" | "retry";
export class WireError extends Error {
  readonly refusal: Refusal;
  constructor(refusal: Refusal, detail: string) {
    super(detail);
    this.refusal = refusal;
  }
}
export function refusalOf(status: number, code: string): Refusal {
  if (status === 401) return "signed_out";
  if (code === "unsupported_version") return "update_needed";
  if (code === "client_unknown" || code === "out_of_order") return "client_unknown";
  return "retry";
}
