/** The command line's verbs, on the public API. */
import type { parseArgs } from "node:util";
import { writeCsv } from "../../shared/exchange/csv.ts";
import { verifyAudit } from "./audit.ts";
import { call, cookieOf, demoSignIn, download, Refused } from "./api.ts";
import { checkPolicy, diffPolicy, explainAccess, publishPolicy, showPolicy, type Told } from "./policy.ts";
import type { Outcome, RunState } from "../../shared/exchange/job.ts";
import { progressOf, send, undo } from "./send.ts";
import { readSession, saveSession, type Session } from "./session.ts";
import { forms, readSource, type Asked } from "./sources.ts";

const usage = `npm run crm -- <verb> [options]

  login --member ana              sign in as a member of the demo
  login --email you@example.com   sign in with a code sent by mail
  token --name NAME [--allow import,edit] [--days 30]
                                  make an API token; it is shown once
  import PATH... [--commit]       files or folders: CSV, XLSX, vCard, JSON, mails; a dry run unless --commit
                                  exports of Salesforce, HubSpot, Pipedrive, Bitrix24, Dynamics, Zoho, Google Contacts are recognised
    [--as LAYOUT]                 take it for this one; --as ? names them all
    [--entity contacts]           columns named as people name them, or as our fields
    [--under ACCOUNT]             where records go that name no account: an id or a source
    [--encoding E] [--dates dmy|mdy|ymd] [--decimal ,]
  imports                         your imports, newest first
  undo ID                         take an import back: what people changed since stays, and is listed
  export KIND --out FILE [--as csv|json] [--why WHY]
                                  what you may take out, such as accounts; many rows wait for a second person,
                                  and are fetched with export --id ID --out FILE when they have agreed
  members                         list the members
  policy show                     the policy in force, as far as you may read it
  policy check FILE [--tests DIR] every fault with its path; its tests, allow/*.json and deny/*.json (this
                                  organisation's are in tests/policy); signed in, also against your members
  policy diff FILE                who would gain and lose what
  policy publish FILE --why WHY   at once if it only narrows; else a second person is asked
  explain --action read --entity account --id ID [--field F] [--member ID]
                                  why, or why not, and whom to ask
  audit verify                    whether what was done still says what it said; remembers the end it saw

  --url URL, --token TOKEN        or CRM_URL, CRM_TOKEN, or what login saved
  --json                          for machines;  members also --csv`;

class WrongUse extends Error {}

const options = {
  url: { type: "string" },
  token: { type: "string" },
  json: { type: "boolean" },
  csv: { type: "boolean" },
  help: { type: "boolean" },
  member: { type: "string" },
  email: { type: "string" },
  code: { type: "string" },
  name: { type: "string" },
  allow: { type: "string" },
  days: { type: "string" },
  as: { type: "string" },
  encoding: { type: "string" },
  dates: { type: "string" },
  decimal: { type: "string" },
  entity: { type: "string" },
  under: { type: "string" },
  commit: { type: "boolean" },
  why: { type: "string" },
  tests: { type: "string" },
  out: { type: "string" },
  action: { type: "string" },
  id: { type: "string" },
  field: { type: "string" },
} as const;
type Values = ReturnType<typeof parseArgs<{ options: typeof options; allowPositionals: true }>>["values"];

/** Every verb. Says what it found on stdout and what is wrong on stderr; answers the exit code. `parse`: of Node. */
export async function run(argv: readonly string[], parse: typeof parseArgs): Promise<number> {
  try {
    const { values, positionals } = parsed(argv, parse);
    const [verb, ...rest] = positionals;
    if (values.help) {
      process.stdout.write(`${usage}\n`);
      return 0;
    }
    switch (verb) {
      case "login":
        return await login(values);
      case "token":
        return await makeToken(values);
      case "import":
        return await importFrom(rest, values);
      case "imports":
        return await listImports(values);
      case "export":
        return await exportTo(rest, values);
      case "undo":
        return await undoImport(rest, values);
      case "members":
        return await listMembers(rest, values);
      case "policy":
        return await aboutPolicy(rest, values);
      case "explain":
        return await explainTo(rest, values);
      case "audit":
        return await aboutAudit(rest, values);
      case undefined:
        throw new WrongUse("A verb is needed.");
      default:
        throw new WrongUse(`There is no verb "${verb}".`);
    }
  } catch (error) {
    if (error instanceof WrongUse) process.stderr.write(`${error.message}\n\n${usage}\n`);
    else if (error instanceof Refused) process.stderr.write(`${error.message}\n`);
    else throw error;
    return error instanceof WrongUse ? 2 : 1;
  }
}

function parsed(argv: readonly string[], parse: typeof parseArgs): { values: Values; positionals: string[] } {
  try {
    return parse({ args: [...argv], options, allowPositionals: true });
  } catch (error) {
    throw new WrongUse(error instanceof Error ? error.message : String(error));
  }
}

function urlOf(values: Values): string {
  const url = values.url ?? process.env["CRM_URL"] ?? readSession()?.url ?? "http://localhost:8787";
  if (!URL.canParse(url) || !/^https?:/.test(url))
    throw new WrongUse(`"${url}" is not a web address such as http://localhost:8787.`);
  return url;
}
/** A token given now wins over the one of the environment, and that over the saved sign-in. Saved ones go to their own address only. */
function sessionOf(values: Values): Session {
  const url = urlOf(values);
  const token = values.token ?? process.env["CRM_TOKEN"];
  if (token) return { url, token };
  const saved = readSession();
  if (saved && new URL(saved.url).origin === new URL(url).origin) return { ...saved, url };
  throw new Refused(`You are not signed in at ${url}. Use: npm run crm -- login`);
}

async function login(values: Values): Promise<number> {
  const url = urlOf(values);
  if ((values.member === undefined) === (values.email === undefined))
    throw new WrongUse("login needs --member (demo) or --email.");
  const session =
    values.member === undefined
      ? await byCode(url, values.email ?? "", values.code)
      : await demoSignIn(url, values.member);
  const file = saveSession({ url, ...session });
  say(
    values,
    { url, member: values.member ?? values.email, file },
    `Signed in at ${url} as ${values.member ?? values.email}. Kept in ${file}.`,
  );
  return 0;
}

async function byCode(url: string, email: string, given: string | undefined): Promise<{ cookie: string }> {
  let code = given;
  if (code === undefined) {
    await call(url, {}, "POST", "/api/auth/code", { email });
    if (!process.stdin.isTTY)
      throw new Refused(`A code was sent to ${email}. Run login again with --code and the six digits.`);
    const { createInterface } = await import("node:readline/promises");
    const asking = createInterface({ input: process.stdin, output: process.stderr });
    code = (await asking.question("Six digits from the mail: ")).trim();
    asking.close();
  }
  const { cookies } = await call(url, {}, "POST", "/api/auth/code/verify", { email, code });
  return { cookie: cookieOf(cookies) };
}

async function makeToken(values: Values): Promise<number> {
  if (!values.name) throw new WrongUse("token needs --name, so that it can be told from others later.");
  const days = Number(values.days ?? "30");
  if (!Number.isInteger(days) || days < 1)
    throw new WrongUse(`--days must be a whole number of days, not "${values.days}".`);
  const capabilities = (values.allow ?? "").split(",").map((each) => each.trim()).filter(Boolean); // prettier-ignore
  const session = sessionOf(values);
  const { body } = await call<{ token: string; expiresAt: number }>(session.url, session, "POST", "/api/tokens", {
    name: values.name,
    capabilities,
    expiresInDays: days,
  });
  say(values, body, `${body.token}\n`.trimEnd());
  if (!values.json)
    process.stderr.write(
      `It is shown only now. It may ${capabilities.length > 0 ? `read, ${capabilities.join(", ")}` : "read"}, until ${new Date(body.expiresAt).toISOString().slice(0, 10)}.\n`,
    );
  return 0;
}

async function importFrom(paths: readonly string[], values: Values): Promise<number> {
  if (values.as === "?") {
    say(values, forms(), forms().join("\n"));
    return 0;
  }
  if (paths.length === 0) throw new WrongUse("import takes files or folders.");
  const session = sessionOf(values);
  const source = await readSource(paths, values as Asked);
  for (const line of source.told) process.stderr.write(`${line}\n`);
  const commit = values.commit === true;
  const tell = progressOf(null);
  const report = await send(session.url, session, source, commit, ({ rows, phase }) =>
    tell(phase === "settling" ? "Settling" : commit ? "Importing" : "Checking", rows),
  );
  say(values, { ...report, committed: commit }, words(report, commit));
  return report.refused > 0 ? 1 : 0;
}

function words(report: Outcome, commit: boolean): string {
  const shown = 10;
  const lines = [
    `${commit ? "Imported" : "Dry run"}: ${report.created} ${commit ? "created" : "to create"}, ${report.updated} ${commit ? "updated" : "to update"}, ${report.skipped} as they were, ${report.refused} refused.`,
  ];
  if (report.resumed > 0) lines.push(`It went on where it broke off, after ${report.resumed} portions.`);
  const wrong = [
    ...report.unread.map(({ line, detail }) => `line ${line}: ${detail}`),
    ...report.errors.map(({ source, code, fields, detail, line }) => `${line === undefined ? "" : `line ${line}, `}${source}: ${detail ?? code}${fields.length > 0 ? ` (${fields.join(", ")})` : ""}`),
  ]; // prettier-ignore
  for (const one of wrong.slice(0, shown)) lines.push(`  refused ${one}`);
  if (report.refused > shown) lines.push(`  and ${report.refused - shown} more; --json names them`);
  for (const { source, fields } of report.differences.slice(0, 5))
    lines.push(`  ${source}: ${Object.entries(fields).map(([name, { was, now }]) => `${name} ${JSON.stringify(was ?? null)} -> ${JSON.stringify(now)}`).join(", ")}`); // prettier-ignore
  for (const { line, detail } of report.notes.slice(0, 5)) lines.push(`  line ${line}: ${detail}`);
  if (report.noteCount > 5) lines.push(`  and ${report.noteCount - 5} more notes`);
  if (report.unresolvedCount > 0)
    lines.push(`${report.unresolvedCount} references lead nowhere yet; they are kept on their records:`);
  for (const { source, field, ref } of report.unresolved.slice(0, 3)) lines.push(`  ${source}: ${field} is ${ref}`);
  for (const approval of report.approvals)
    lines.push(`More rights wait for a second person: ${approval}. Import again when they have agreed.`);
  if (!commit) lines.push("Nothing was written. Add --commit to import.");
  else if (report.run) lines.push(`To take it back: npm run crm -- undo ${report.run.id}`);
  return lines.join("\n");
}

interface ListedRun extends RunState {
  readonly name: string;
  readonly at: number;
}
async function listImports(values: Values): Promise<number> {
  const session = sessionOf(values);
  const { body } = await call<{ items: ListedRun[] }>(session.url, session, "GET", "/api/imports");
  say(values, body, body.items.map((run) => `${run.id}\t${new Date(run.at).toISOString().slice(0, 16)}\t${run.state}\t${run.created} created, ${run.updated} updated, ${run.refused} refused\t${run.name}`).join("\n")); // prettier-ignore
  return 0;
}
/** Bytes as they come, into a file that only its owner can read: what leaves is nobody else's. */
async function exportTo([kind, ...more]: readonly string[], values: Values): Promise<number> {
  if (more.length > 0 || (kind === undefined) === (values.id === undefined) || !values.out)
    throw new WrongUse("export needs a kind of record, such as accounts, or --id; and --out with a file.");
  const session = sessionOf(values);
  let id = values.id;
  if (id === undefined) {
    const ask = { of: kind, format: values.as ?? "csv", ...(values.why ? { why: values.why } : {}) };
    const { status, body } = await call<{ id?: string; approval?: string; rows?: number }>(session.url, session, "POST", "/api/exports", ask); // prettier-ignore
    if (status === 202 || body.id === undefined) {
      const { body: mine } = await call<{ items: { id: string; approval: string | null }[] }>(session.url, session, "GET", "/api/exports"); // prettier-ignore
      const held = mine.items.find(({ approval }) => approval === body.approval)?.id;
      say(values, { approval: body.approval, export: held }, `A second person is asked: ${body.approval}. Then: npm run crm -- export --id ${held} --out ${values.out}`); // prettier-ignore
      return 0;
    }
    id = body.id;
  }
  const size = await download(session.url, session, `/api/exports/${id}`, values.out);
  say(values, { export: id, file: values.out, bytes: size }, `${size} bytes are in ${values.out}.`);
  return 0;
}

async function undoImport([id, ...more]: readonly string[], values: Values): Promise<number> {
  if (id === undefined || more.length > 0) throw new WrongUse("undo takes the id of one import.");
  const session = sessionOf(values);
  const tell = progressOf(null);
  const run = await undo(session.url, session, id, (left) => tell("Portions left", left));
  say(values, run, `Taken back: ${run.taken} changes.${run.kept > 0 ? ` ${run.kept} were left as people have them by now; GET /api/imports/${id}/report lists them.` : ""}`); // prettier-ignore
  return 0;
}

interface Member {
  readonly id: string;
  readonly name?: string | null;
  readonly handle?: string | null;
  readonly base?: string | null;
  readonly duties?: readonly string[] | null;
  readonly employment?: string | null;
}
async function listMembers(rest: readonly string[], values: Values): Promise<number> {
  if (rest.length > 1 || (rest[0] !== undefined && rest[0] !== "list"))
    throw new WrongUse(`members does not know "${rest.join(" ")}".`);
  const session = sessionOf(values);
  const members: Member[] = [];
  let cursor: string | null = null;
  do {
    const path: string = `/api/members?limit=200${cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`}`;
    const { body } = await call<{ items: Member[]; nextCursor: string | null }>(session.url, session, "GET", path);
    members.push(...body.items);
    cursor = body.nextCursor;
  } while (cursor !== null);
  const rows = members.map(({ handle, name, base, duties, employment }) => [
    handle,
    name,
    base,
    (duties ?? []).join(" "),
    employment,
  ]);
  if (values.csv) process.stdout.write(writeCsv(["handle", "name", "base", "duties", "employment"], rows, "quoted"));
  else say(values, { items: members }, rows.map((row) => row.map((cell) => cell ?? "").join("\t")).join("\n"));
  return 0;
}

async function aboutPolicy([verb, file, ...more]: readonly string[], values: Values): Promise<number> {
  const known = ["show", "check", "diff", "publish"];
  if (verb === undefined || !known.includes(verb)) throw new WrongUse(`policy needs one of ${known.join(", ")}.`);
  if (verb === "show") {
    if (file !== undefined) throw new WrongUse("policy show takes no file.");
    return tell(values, await showPolicy(sessionOf(values)));
  }
  if (file === undefined || more.length > 0) throw new WrongUse(`policy ${verb} takes one file.`);
  if (verb === "check") return tell(values, await checkPolicy(file, values.tests, sessionIf(values)));
  if (verb === "diff") return tell(values, await diffPolicy(file, sessionOf(values)));
  if (!values.why) throw new WrongUse("policy publish needs --why: those who come after will read it.");
  return tell(values, await publishPolicy(file, values.why, sessionOf(values)));
}
async function explainTo(rest: readonly string[], values: Values): Promise<number> {
  const { action, entity, id, field, member } = values;
  if (rest.length > 0 || !action || !entity || !id) throw new WrongUse("explain needs --action, --entity and --id.");
  const query = { action, entity, id, ...(field ? { field } : {}), ...(member ? { member } : {}) };
  return tell(values, await explainAccess(query, sessionOf(values)));
}
async function aboutAudit(rest: readonly string[], values: Values): Promise<number> {
  if (rest.length !== 1 || rest[0] !== "verify") throw new WrongUse("audit needs verify.");
  let told = Date.now();
  return tell(
    values,
    await verifyAudit(sessionOf(values), (ranges) => {
      if (Date.now() - told < 1_000) return;
      told = Date.now();
      process.stderr.write(`Verified: ${ranges} ranges\n`);
    }),
  );
}
/** Of what works without a sign-in, but better with one. */
function sessionIf(values: Values): Session | null {
  try {
    return sessionOf(values);
  } catch (error) {
    if (error instanceof Refused) return null;
    throw error;
  }
}
function tell(values: Values, { data, text, done }: Told): number {
  say(values, data, text);
  return done ? 0 : 1;
}

function say(values: Values, data: unknown, text: string): void {
  process.stdout.write(`${values.json ? JSON.stringify(data) : text}\n`);
}
