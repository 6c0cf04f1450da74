/** The policy on the command line: read, checked, compared and published; and why somebody may or may not. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Differences } from "../../shared/access/differences.ts";
import { validatePolicy } from "../../shared/access/policy.ts";
import { runPolicyTests, type PolicyTestFile } from "../../shared/access/policy-tests.ts";
import { call, Refused, type Credentials } from "./api.ts";

type Session = Credentials & { readonly url: string };
/** As the preview of a policy is answered. */
interface Preview {
  readonly widening: string;
  readonly members: readonly { readonly id: string; readonly name: string }[];
  readonly differences: Differences;
  readonly counted: { readonly members: number; readonly records: number; readonly all: boolean };
}
interface Problem {
  readonly path: string;
  readonly says: string;
}
export interface Told {
  readonly data: unknown;
  readonly text: string;
  readonly done: boolean;
}

/** A policy out of a file, or the words of what keeps it from being one. */
function readPolicy(path: string): object {
  const json = parsed(path);
  if (typeof json === "object" && json !== null && !Array.isArray(json)) return json;
  throw new Refused(`${path} is not a policy: it is not a JSON object.`);
}
function parsed(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    throw new Refused(`There is no file ${path}.`);
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new Refused(`${path} is not JSON.`);
  }
}
const lines = (problems: readonly Problem[]): string =>
  problems.map(({ path, says }) => `  ${path}: ${says}`).join("\n");

/** `allow/*.json` and `deny/*.json` of a folder, as `runPolicyTests` reads them. */
function testFiles(folder: string): PolicyTestFile[] {
  return (["allow", "deny"] as const).flatMap((expected) => {
    const inside = join(folder, expected);
    if (!existsSync(inside)) return [];
    return readdirSync(inside)
      .filter((name) => name.endsWith(".json"))
      .map((name) => ({ name: `${expected}/${name}`, expected, body: parsed(join(inside, name)) }));
  });
}

/**
 * First by the strict reader on this machine, then by the policy's own tests, then, for whoever is signed in, against
 * the members that there are.
 */
export async function checkPolicy(path: string, tests: string | undefined, session: Session | null): Promise<Told> {
  const policy = readPolicy(path);
  const valid = validatePolicy(policy);
  if (!valid.ok) {
    const problems = valid.error.fields ?? [];
    const text = `${path} is refused, for ${problems.length} reason${problems.length === 1 ? "" : "s"}:\n${problems.map((one) => `  ${one}`).join("\n")}`;
    return { data: { ok: false, problems }, text, done: false };
  }
  const files = tests === undefined ? [] : testFiles(tests);
  if (tests !== undefined && files.length === 0)
    throw new Refused(`${tests} holds no tests: allow/*.json and deny/*.json.`);
  const failed = runPolicyTests(valid.value, files).flatMap(({ file, wrong }) => wrong.map((one) => `${file}, ${one}`));
  if (failed.length > 0) {
    const text = `${path} fails its tests:\n${failed.map((one) => `  ${one}`).join("\n")}`;
    return { data: { ok: false, problems: [], failed }, text, done: false };
  }
  if (!session)
    return {
      data: { ok: true, problems: [] },
      text: `${path} is a policy. Sign in to check it against your members.`,
      done: true,
    };
  const { body } = await call<{ ok: boolean; problems: Problem[]; warnings: Problem[] }>(session.url, session, "POST", "/api/policy/check", { policy }); // prettier-ignore
  const warned = body.warnings.length > 0 ? `\nWorth a look:\n${lines(body.warnings)}` : "";
  return {
    data: body,
    text: body.ok ? `${path} may be published.${warned}` : `${path} is refused:\n${lines(body.problems)}`,
    done: body.ok,
  };
}

export async function diffPolicy(path: string, session: Session): Promise<Told> {
  const { body } = await call<Preview>(session.url, session, "POST", "/api/policy/diff", { policy: readPolicy(path) });
  const count = (number: number, word: string): string => `${number} ${word}${number === 1 ? "" : "s"}`;
  const { summary, changes, masks } = body.differences;
  const names = new Map(body.members.map(({ id, name }) => [id, name]));
  const gains = new Intl.ListFormat("en", { type: "conjunction" });
  const verb = { gain: ["gains", "gain"], loss: ["loses", "lose"] } as const;
  const said = summary.map(({ members, records, entity, group, kind }) => {
    const does = verb[kind][members === 1 ? 0 : 1];
    return `  ${count(members, "member")} ${does} ${group} of ${count(records, `${entity} record`)}`;
  });
  const whom = [...new Set(changes.map(({ member }) => names.get(member) ?? member))].slice(0, 10);
  const verdict = body.widening === "same" ? "Nobody's rights change." : `As a whole it is ${body.widening}: ${body.widening === "narrower" ? "it can be published at once" : "a second person must agree"}.`; // prettier-ignore
  const part = body.counted.all ? "" : `\nCounted over ${count(body.counted.members, "member")} and ${count(body.counted.records, "record")}.`; // prettier-ignore
  const text =
    [
      verdict,
      ...said,
      ...masks.map((mask) => `  ${mask}`),
      ...(whom.length > 0 ? [`  Concerned: ${gains.format(whom)}`] : []),
    ].join("\n") + part;
  return { data: body, text, done: true };
}

export async function publishPolicy(path: string, why: string, session: Session): Promise<Told> {
  const { body, status } = await call<{ version?: number; approval?: string }>(session.url, session, "POST", "/api/policy/publish", { policy: readPolicy(path), why }); // prettier-ignore
  const text = status === 202 ? `A second person has been asked: ${body.approval}. Nothing changes until they agree.` : `Published as version ${body.version}.`; // prettier-ignore
  return { data: body, text, done: true };
}

export async function showPolicy(session: Session): Promise<Told> {
  const { body } = await call<{ whole: boolean; policy?: unknown; slice?: unknown }>(session.url, session, "GET", "/api/policy/current"); // prettier-ignore
  const shown = body.whole ? body.policy : body.slice;
  return { data: shown, text: JSON.stringify(shown, null, 2), done: true };
}

/** What whoever keeps the policy is told besides. */
interface Admin {
  readonly given: readonly { readonly kind: string; readonly id: string }[];
  readonly cut: readonly { readonly id: string }[];
}
export async function explainAccess(query: Readonly<Record<string, string>>, session: Session): Promise<Told> {
  const path = `/api/access/explain?${new URLSearchParams(query).toString()}`;
  const { body } = await call<{ allowed: boolean; because: string[]; wouldNeed: string[]; askTo: string[]; admin?: Admin }>(session.url, session, "GET", path); // prettier-ignore
  const text = [
    body.allowed ? "Yes." : "No.",
    ...body.because.map((reason) => `  ${reason}`),
    ...(body.wouldNeed.length > 0 ? ["It would take one of these:", ...body.wouldNeed.map((way) => `  ${way}`)] : []),
    ...(body.askTo.length > 0 ? [`Ask: ${body.askTo.join(", ")}`] : []),
    ...(body.admin?.given ?? []).map(({ kind, id }) => `By ${kind} ${id}`),
    ...(body.admin?.cut ?? []).map(({ id }) => `Cut by ${id}`),
  ].join("\n");
  return { data: body, text, done: true };
}
