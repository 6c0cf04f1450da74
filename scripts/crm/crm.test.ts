import { generateKeyPairSync, sign } from "node:crypto";
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { signedText } from "../../shared/audit/seal.ts";
import { shippedPolicy } from "../../shared/access/templates.ts";
import type { ImportRow } from "../../shared/exchange/import-plan.ts";

const folder = mkdtempSync(join(tmpdir(), "baton-crm-"));
const main = new URL("main.ts", import.meta.url).pathname;
const node = new URL("../../node_modules/.bin/node", import.meta.url).pathname;

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}
/** The command as a person runs it, without the sign-in of whoever runs the tests. */
function crm(...args: readonly string[]): Promise<Ran> {
  const env = { PATH: process.env["PATH"], HOME: folder, XDG_CONFIG_HOME: join(folder, "config") };
  return new Promise((resolve) => {
    execFile(node, [main, ...args], { env }, (error, out, err) =>
      resolve({ code: typeof error?.code === "number" ? error.code : error ? -1 : 0, out, err }),
    );
  });
}
function file(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** Keeps what was sent and answers like the import route: a contact whose account is not in the same request is refused. */
const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
/** Ranges that follow one another, signed by the cell's key. */
function chain(...hashes: readonly string[]): { n: number; hash: string; prev: string; signature: string; at: number; lines: number }[] {
  return hashes.map((hash, index) => {
    const text = Buffer.from(signedText("local", { n: index + 1, hash }));
    const made = sign("sha256", text, { key: privateKey, dsaEncoding: "ieee-p1363" }).toString("base64url");
    return { n: index + 1, hash, prev: hashes[index - 1] ?? "", signature: `es256.k1.${made}`, at: 1, lines: 10 };
  });
} // prettier-ignore
let history = chain("a", "b", "c");
const sent: { commit: boolean; rows: ImportRow[] }[] = [];
let server: Server;
let url = "";
beforeAll(async () => {
  server = createServer((request, response) => {
    let body = "";
    request.on("data", (bytes: Buffer) => (body += bytes.toString()));
    request.on("end", () => {
      if (request.url === "/api/auth/demo") {
        response.setHeader("set-cookie", "session=abc; HttpOnly; Path=/").end("{}");
        return;
      }
      if (request.headers.authorization !== "Bearer good" && request.headers.cookie !== "session=abc") {
        response.writeHead(401).end(JSON.stringify({ code: "unauthenticated" }));
        return;
      }
      if (request.url === "/api/policy/check") {
        response.end(
          JSON.stringify({ ok: false, problems: [{ path: "roles.seller", says: "2 members hold it." }], warnings: [] }),
        );
        return;
      }
      if (request.url === "/api/policy/diff") {
        const problems = [{ path: "allow.0.groups.0", says: "There is no such group." }];
        response
          .writeHead(422)
          .end(JSON.stringify({ code: "invalid", detail: "This policy can't be published.", problems }));
        return;
      }
      if (request.url === "/api/policy/publish") {
        response.writeHead(202).end(JSON.stringify({ code: "needs_approval", approval: "local_apr_1" }));
        return;
      }
      if (request.url === "/api/.well-known/jwks.json") {
        response.end(JSON.stringify({ keys: [{ ...publicKey.export({ format: "jwk" }), kid: "k1" }] }));
        return;
      }
      if (request.url?.startsWith("/api/audit/verify")) {
        const after = Number(/after=(\d+)/.exec(request.url)?.[1]);
        const seals = history.slice(after, after + 2);
        response.end(JSON.stringify({ cell: "local", findings: [], seals, more: after + 2 < history.length, waiting: 3 })); // prettier-ignore
        return;
      }
      if (request.url === "/api/imports/start") {
        response.end(JSON.stringify({ id: "local_imp_1", state: "open", parts: 0 }));
        return;
      }
      if (request.url === "/api/imports/local_imp_1/finish") {
        const created = sent.filter(({ commit }) => commit).at(-1)?.rows.length ?? 0;
        response.end(JSON.stringify({ id: "local_imp_1", state: "done", left: 0, created, updated: 0, same: 0, refused: 0, waits: 0 }));
        return;
      }
      const ask = JSON.parse(body) as { commit?: boolean; rows: ImportRow[]; unread: unknown[] };
      sent.push({ commit: ask.commit === true, rows: ask.rows });
      const here = new Set(ask.rows.map(({ source }) => source));
      const errors = ask.rows
        .filter(({ anchor }) => anchor && !here.has(anchor))
        .map(({ source }) => ({ source, code: "missing", fields: ["anchor"] }));
      response.end(
        JSON.stringify({ created: ask.rows.length - errors.length, updated: 0, skipped: 0, errors, unresolved: [] }),
      );
    });
  }); // prettier-ignore
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

describe("npm run crm", { timeout: 20_000 }, () => {
  it.each<[string, string[], number, string]>([
    ["no verb", [], 2, "A verb is needed"],
    ["an unknown verb", ["fly"], 2, 'There is no verb "fly"'],
    ["an unknown option", ["members", "--bogus"], 2, "--bogus"],
    ["an address that is none", ["login", "--member", "ana", "--url", "foo"], 2, '"foo" is not a web address'],
    ["nobody signed in", ["members"], 1, "You are not signed in"],
    [
      "nothing listening",
      ["members", "--url", "http://127.0.0.1:9", "--token", "x"],
      1,
      "Nothing answers at http://127.0.0.1:9",
    ],
    [
      "a layout that is none",
      ["import", new URL("crm.test.ts", import.meta.url).pathname, "--as", "excel", "--token", "x"],
      1,
      'There is no layout "excel"',
    ],
    ["no file", ["import"], 2, "import takes files"],
    ["an undo of nothing", ["undo"], 2, "undo takes the id"],
    ["a missing file", ["import", "/nowhere.csv", "--token", "x"], 1, "There is no file /nowhere.csv"],
  ])("says what is wrong with %s", async (_what, args, code, sentence) => {
    const ran = await crm(...args);
    expect([ran.code, ran.out]).toEqual([code, ""]);
    expect(ran.err).toContain(sentence);
  });
  it.each<[string, string, string[], string]>([
    ["an entity that is none", "key\n1\n", ["--entity", "deals"], 'there is no "deals"'],
    ["the columns of another export", "a,b\n1,2\n", ["--as", "salesforce-account"], "has no column Id"],
    ["nothing in it", "", [], "The file is empty"],
    ["an encoding that is none", "a\n1\n", ["--encoding", "ebcdic"], "--encoding is one of utf-8"],
    ["an incident log without an account", "number,sys_updated_at,assignment_group\nI,x,y\n", ["--as", "incidents"], "--under"],
  ])("refuses a file with %s before it sends anything", async (_what, text, args, sentence) => {
    const before = sent.length;
    const ran = await crm("import", file("bad.csv", text), ...args, "--url", url, "--token", "good");
    expect([ran.code, ran.out, sent.length]).toEqual([1, "", before]);
    expect(ran.err).toContain(sentence);
  }); // prettier-ignore
  it("says of each row that it can't take why, and sends the others", async () => {
    const path = file("mixed.csv", 'key,name,employees\n1,A,many\n2,B,3,4\n3,C,5\n4,"D');
    const ran = await crm("import", path, "--entity", "accounts", "--url", url, "--token", "good");
    expect([ran.code, sent.at(-1)?.rows.map(({ source }) => source)]).toEqual([1, ["mixed:account:1", "mixed:account:3"]]);
    for (const words of ["2 refused", "line 3: It has 4 cells", "line 5: The quote opened", "employees can't be read as int"])
      expect(ran.out).toContain(words);
  }); // prettier-ignore
  it("keeps a sign-in in a file that only its owner can read, and sends it to no other address", async () => {
    expect((await crm("login", "--member", "ana", "--url", url)).code).toBe(0);
    const kept = join(folder, "config", "baton", "session.json");
    expect(statSync(kept).mode & 0o777).toBe(0o600);
    expect(JSON.parse(readFileSync(kept, "utf8"))).toEqual({ url, cookie: "session=abc" });
    expect((await crm("import", file("a.csv", "key,name\n1,A\n"), "--entity", "accounts")).code).toBe(0);
    const elsewhere = await crm("members", "--url", "http://127.0.0.1:9");
    expect([elsewhere.code, elsewhere.err]).toEqual([
      1,
      expect.stringContaining("You are not signed in at http://127.0.0.1:9"),
    ]);
  });
  it("is a dry run unless it is told to commit", async () => {
    const path = file("a.csv", "\uFEFFkey;name\r\n1;Ünal\r\n");
    const dry = await crm("import", path, "--entity", "accounts", "--url", url, "--token", "good");
    expect(dry.out).toContain("Dry run: 1 to create");
    expect(sent.at(-1)).toEqual({
      commit: false,
      rows: [{ entity: "account", source: "a:account:1", fields: { name: "Ünal" }, line: 2 }],
    });
    const real = await crm(
      "import",
      path,
      "--entity",
      "accounts",
      "--url",
      url,
      "--token",
      "good",
      "--commit",
      "--json",
    );
    expect(JSON.parse(real.out)).toMatchObject({ created: 1, committed: true, run: { id: "local_imp_1" } });
    expect(sent.at(-1)?.commit).toBe(true);
  });
  it("reads Windows-1252 when a file is not UTF-8, and says so", async () => {
    const ran = await crm(
      "import",
      file("old.csv", Buffer.from("key,name\n1,M\xfcnchen\n", "latin1")),
      "--entity",
      "accounts",
      "--url",
      url,
      "--token",
      "good",
    );
    expect(ran.err).toContain("not UTF-8");
    expect(sent.at(-1)?.rows[0]?.fields).toEqual({ name: "München" });
    const said = await crm("import", file("gb.csv", Buffer.from([0x6b, 0x65, 0x79, 0x2c, 0x6e, 0x61, 0x6d, 0x65, 0x0a, 0x31, 0x2c, 0xc0, 0xee])), "--entity", "accounts", "--encoding", "gb18030", "--url", url, "--token", "good"); // prettier-ignore
    expect([said.code, sent.at(-1)?.rows[0]?.fields]).toEqual([0, { name: "李" }]);
  });
  it("foresees in a dry run what an earlier portion would have brought, and no more", async () => {
    const path = file(
      "two.csv",
      [
        "CustomerID,CompanyName,ContactName",
        ...Array.from({ length: 300 }, (_, i) => `K${i},Company ${i},Person ${i}`),
      ].join("\n"),
    );
    const ran = await crm("import", path, "--url", url, "--token", "good", "--json");
    expect(JSON.parse(ran.out)).toMatchObject({ created: 600, errors: [] }); // 600 rows in two portions
    const lost = await crm(
      "import",
      file("c.csv", "key,name,anchor\n1,A,crm:Account:404\n"),
      "--entity",
      "contacts",
      "--url",
      url,
      "--token",
      "good",
    );
    expect(lost.out).toContain("1 refused");
    expect(lost.code).toBe(1);
  });
  it("says every fault of a policy with its path, and does not ask the server before it is one", async () => {
    const bad = file("bad.json", JSON.stringify({ ...shippedPolicy, extra: 1, allow: [{ id: "x" }] }));
    const ran = await crm("policy", "check", bad);
    expect([ran.code, ran.err]).toEqual([1, ""]);
    expect(ran.out).toMatch(/no such key here: extra\./);
    expect(ran.out).toMatch(/allow\.0\.to: /);
    const good = file("good.json", JSON.stringify(shippedPolicy));
    const alone = await crm("policy", "check", good, "--json", "--url", "http://127.0.0.1:9");
    expect([alone.code, JSON.parse(alone.out)]).toEqual([0, { ok: true, problems: [] }]);
    const own = ["--tests", new URL("../../tests/policy", import.meta.url).pathname];
    const tested = await crm("policy", "check", good, ...own, "--url", "http://127.0.0.1:9");
    expect([tested.code, tested.err]).toEqual([0, ""]);
    const blind = file("blind.json", JSON.stringify({ ...shippedPolicy, forbid: [] }));
    const failed = await crm("policy", "check", blind, ...own, "--url", "http://127.0.0.1:9");
    expect([failed.code, failed.out]).toEqual([1, expect.stringContaining("fails its tests")]);
    const asked = await crm("policy", "check", good, "--url", url, "--token", "good");
    expect([asked.code, asked.out]).toEqual([1, expect.stringContaining("roles.seller: 2 members hold it.")]);
    const compared = await crm("policy", "diff", bad, "--url", url, "--token", "good");
    expect([compared.code, compared.err]).toEqual([
      1,
      expect.stringContaining("allow.0.groups.0: There is no such group."),
    ]);
    const published = await crm("policy", "publish", good, "--why", "A try", "--url", url, "--token", "good");
    expect([published.code, published.out]).toEqual([0, expect.stringContaining("local_apr_1")]);
    expect((await crm("policy", "check", file("no.json", "[]"))).err).toContain("is not a policy");
    expect((await crm("policy", "check", good, "--tests", folder)).err).toContain("holds no tests");
  });
  it.each<[string, string[]]>([
    ["policy", ["policy"]],
    ["policy publish without a reason", ["policy", "publish", "x.json"]],
    ["explain without a record", ["explain", "--action", "read"]],
  ])("asks for what is missing: %s", async (_what, args) => {
    expect((await crm(...args)).code).toBe(2);
  });

  it("[AUDIT-7] verifies the chain and its signatures itself, and misses a history that was cut off or rewritten since", async () => {
    const verified = () => crm("audit", "verify", "--url", url, "--token", "good");
    expect(await verified()).toMatchObject({ code: 0, out: "Whole: 30 lines in 3 sealed ranges.\n3 lines wait to be sealed; that happens every few minutes.\n" });
    history = chain("a", "b", "c", "d");
    expect((await verified()).code).toBe(0);
    for (const [bent, says] of [
      [chain("a", "b", "c"), "another history before"],
      [chain("a", "b", "c", "e"), "another history before"],
      [[...chain("a", "b", "c", "d").slice(0, 3), { ...chain("a", "b", "x", "d")[3] }], "does not follow"],
      [chain("a", "b", "c", "d").map((one) => (one.n === 2 ? { ...one, signature: "es256.k1.AAAA" } : one)), "signature is not the cell's"],
    ] as const) {
      history = [...bent] as typeof history;
      const { code, out } = await verified();
      expect([code, out.includes(says), says, out]).toEqual([1, true, says, out]);
    }
    history = chain("a", "b", "c", "d");
    expect((await verified()).code).toBe(0);
    expect((await crm("audit", "--url", url, "--token", "good")).code).toBe(2);
  }, 30_000); // prettier-ignore
});
