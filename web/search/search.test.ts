import { describe, expect, it } from "vitest";
import { entityOfId, type EntityName, type Row } from "../../shared/records/entities.ts";
import { atOnce, type Jobs } from "../data/jobs.ts";
import { account, contact, idOf } from "../data/testing/bench.ts";
import { Find } from "./find.ts";
import { Search, type Copy, type Thread } from "./search.ts";
import { serve, type FromWorker, type ToWorker } from "./serve.ts";
import { fold, terms } from "./text.ts";

/** Rows by hand, told as the store tells. */
class Held implements Copy {
  readonly rows = new Map<string, Row>();
  private readonly change = new Set<Parameters<Copy["onChange"]>[0]>();
  private readonly forget = new Set<() => void>();
  readonly record = (id: string): Row | undefined => this.rows.get(id);
  *records(entity: EntityName): IterableIterator<Row> {
    for (const row of this.rows.values()) if (entityOfId(row.id) === entity) yield row;
  }
  onChange(listener: Parameters<Copy["onChange"]>[0]): () => void {
    this.change.add(listener);
    return () => this.change.delete(listener);
  }
  onForget(listener: () => void): () => void {
    this.forget.add(listener);
    return () => this.forget.delete(listener);
  }
  set(id: string, row: Row | undefined): void {
    if (row) this.rows.set(id, row);
    else this.rows.delete(id);
    for (const listener of this.change) listener([{ id, entity: entityOfId(id) ?? "account" }]);
  }
  taken(): void {
    for (const listener of this.forget) listener();
  }
}
/** The worker's own code, over a channel as slow as a worker's; what it was told last can be looked at. */
class Line implements Thread {
  onmessage: Thread["onmessage"] = null;
  onerror: Thread["onerror"] = null;
  static all: Line[] = [];
  over = false;
  private readonly handle = serve((message: FromWorker) => {
    setTimeout(() => {
      if (!this.over) this.onmessage?.({ data: structuredClone(message) });
    }, 1);
  });
  readonly told: ToWorker[] = [];
  constructor() {
    Line.all.push(this);
  }
  postMessage(message: ToWorker): void {
    this.told.push(message);
    const copy = structuredClone(message);
    setTimeout(() => !this.over && this.handle(copy), 0);
  }
  terminate(): void {
    this.over = true;
  }
}
const person = (number: number, name: string, more: Partial<Row> = {}): Row => contact(number, { name, ...more });
function world(jobs: Jobs = atOnce): { held: Held; search: Search; ids: (query: string) => Promise<string[]> } {
  const held = new Held();
  const rows = [
    account({ name: "Müller Maschinenbau GmbH", description: "Liefert Pressen nach Łódź" }),
    person(1, "José Álvarez", { title: "Einkauf", phone: "+49 30 1234-567" }),
    person(2, "王伟", { title: "上海市采购部经理" }),
    person(3, "Søren Straße", { description: "Ångström" }),
    person(4, "北京一号工业集团"),
  ];
  for (const row of rows) held.rows.set(row.id, row);
  const search = new Search(held, jobs, () => new Line());
  return { held, search, ids: async (query) => (await search.find(query)).map(({ row }) => String(row["name"])) };
}

describe("search on this device", () => {
  it("folds accents, case and letters that come apart", () => {
    expect(fold("José STRASSE Straße Łódź Ångström Æsop 한국")).toBe("jose strasse strasse lodz angstrom aesop 한국");
    expect(terms("iPhone北京一号", true)).toEqual(["iphone", "北京", "京一", "一号", "号"]);
    expect(terms("北京一", false)).toEqual(["北京", "京一"]);
  });

  it("finds Latin text without accents, by the beginnings of words in any order, and with one slip", async () => {
    const { ids } = world();
    expect(await ids("alvar jos")).toEqual(["José Álvarez"]);
    expect(await ids("JOSÉ")).toEqual(["José Álvarez"]);
    expect(await ids("soren strasse")).toEqual(["Søren Straße"]);
    expect(await ids("lodz")).toEqual(["Müller Maschinenbau GmbH"]);
    expect(await ids("maschinenbua")).toEqual(["Müller Maschinenbau GmbH"]);
    expect(await ids("jose muller")).toEqual([]);
    expect(await ids("493012")).toEqual(["José Álvarez"]);
    expect(await ids("")).toEqual([]);
  });

  it("finds Chinese by any of its characters and by pairs, wherever they stand", async () => {
    const { ids } = world();
    expect(await ids("伟")).toEqual(["王伟"]);
    expect(await ids("采购部")).toEqual(["王伟"]);
    expect(await ids("一号工业")).toEqual(["北京一号工业集团"]);
    expect(await ids("工一")).toEqual([]);
  });

  it("says in which text it was found, when that is not the title", async () => {
    const { search } = world();
    const [found] = await search.find("采购部");
    expect(found?.excerpt).toBe("上海市采购部经理");
    expect((await search.find("王伟"))[0]?.excerpt).toBe("");
  });

  it("follows edits: the new words find it, the old ones do not", async () => {
    const { held, ids } = world();
    await ids("jose");
    held.set(contact(1).id, person(1, "Joana Pires", { title: "Einkauf" }));
    expect(await ids("joana")).toEqual(["Joana Pires"]);
    expect(await ids("alvarez")).toEqual([]);
    held.set(idOf("con", 9), person(9, "Neu Hier"));
    expect(await ids("neu")).toEqual(["Neu Hier"]);
  });

  it("[SYNC-E3] a record or a field that is taken away leaves no word in the index, nor in an answer under way", async () => {
    const canary = "kanarienvogel";
    const { held, search, ids } = world();
    held.set(contact(1).id, person(1, "José Álvarez", { title: canary }));
    expect(await ids(canary)).toEqual(["José Álvarez"]);
    // The field's group is stripped while the question is on its way: the answer was made before.
    const late = search.find(canary);
    await new Promise((resolve) => setTimeout(resolve, 0));
    held.rows.set(contact(1).id, person(1, "José Álvarez", { title: null }));
    expect(await late).toEqual([]);
    held.set(contact(1).id, person(1, "José Álvarez", { title: null }));
    expect(await ids(canary)).toEqual([]);
    held.set(contact(1).id, undefined);
    expect(await ids("jose")).toEqual([]);
    const before = Line.all.length;
    held.taken();
    expect(Line.all.length).toBe(before + 1); // the former index is gone as a whole
    expect(Line.all.at(-2)?.over).toBe(true);
    expect(JSON.stringify(Line.all.at(-1)?.told)).not.toContain(canary);
  });
  it("[SYNC-E3] what is taken out of the index is in none of its parts", () => {
    const find = new Find();
    find.put([
      { id: "1", title: "Kanarienvogel", more: "gelb" },
      { id: "2", title: "Kanal", more: "" },
    ]);
    find.put([{ id: "1", title: "Amsel", more: "schwarz" }]);
    expect(find.dump()).not.toMatch(/rienvogel|gelb/);
    find.drop(["1"]);
    expect(find.dump()).not.toMatch(/amsel|schwarz/i);
    expect([find.size, find.find("kana", 9).map(({ id }) => id)]).toEqual([1, ["2"]]);
  });

  it("a worker that dies is followed by another, which reads the copy and answers what was asked", async () => {
    const { search } = world();
    const asked = search.find("伟");
    const line = Line.all.at(-1);
    line?.terminate();
    line?.onerror?.(new Error("out of memory"));
    expect((await asked).map(({ row }) => row["name"])).toEqual(["王伟"]);
    for (let crash = 0; crash < 5; crash += 1) Line.all.at(-1)?.onerror?.(new Error("again and again"));
    expect(await search.find("伟")).toEqual([]); // it gives up rather than spin
    search.close();
  });
  it("a question that comes before all is read is answered when it can be", async () => {
    let go: () => void = () => undefined;
    const { search } = world({
      run(steps, done) {
        go = () => {
          while (!steps.next().done);
          done();
        };
        return () => undefined;
      },
    });
    const asked = search.find("jose");
    expect(search.reading).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 10));
    go();
    expect((await asked).map(({ row }) => row["name"])).toEqual(["José Álvarez"]);
    expect(search.reading).toBe(false);
  });
});
