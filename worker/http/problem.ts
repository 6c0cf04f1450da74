import type { DomainError, ErrorCode } from "../../shared/kernel/result.ts";

const problems: Readonly<Record<ErrorCode, { readonly status: number; readonly title: string }>> = {
  missing: { status: 404, title: "Not there" },
  denied: { status: 403, title: "Not allowed" },
  invalid: { status: 422, title: "Not valid" },
  version_conflict: { status: 409, title: "Changed by someone else" },
  deleted: { status: 410, title: "Deleted" },
  needs_approval: { status: 202, title: "A second person is asked" },
  gate_unmet: { status: 409, title: "Something else first" },
  transition_unknown: { status: 409, title: "No such step" },
  unauthenticated: { status: 401, title: "Sign in first" },
  origin_refused: { status: 403, title: "Wrong origin" },
  not_json: { status: 415, title: "Not JSON" },
  too_large: { status: 413, title: "Too large" },
  too_many_requests: { status: 429, title: "Too many requests" },
  unsupported_version: { status: 400, title: "Unsupported version" },
  client_unknown: { status: 409, title: "Unknown client" },
  out_of_order: { status: 409, title: "Out of order" },
  busy: { status: 503, title: "Busy, try again" },
  unavailable: { status: 503, title: "Unavailable, try again" },
};

/**
 * An error as RFC 9457. *Missing* and *forbidden* are one answer, the same bytes for an unknown route, an unknown id
 * and a hidden record (ACCESS-3): it takes nothing from the error but its code.
 */
export function problem(error: DomainError): Response {
  const { status, title } = problems[error.code];
  const body =
    error.code === "missing"
      ? { type: "about:blank", title, status, code: error.code }
      : {
          type: "about:blank",
          title,
          status,
          code: error.code,
          ...(error.detail === undefined ? {} : { detail: error.detail }),
          ...(error.fields === undefined ? {} : { fields: error.fields }),
          ...(error.unmet === undefined ? {} : { unmet: error.unmet }),
          ...(error.approval === undefined ? {} : { approval: error.approval }),
        };
  const headers = new Headers({ "content-type": "application/problem+json" });
  if (status === 503 || status === 429) headers.set("retry-after", "1");
  return new Response(JSON.stringify(body), { status, headers });
}

export const missing = (): Response => problem({ code: "missing" });
