/**
 * What was made under a mutation that is no more, in the words of today: by its name and version, the step to the next
 * one. A step stays here as long as a device may still hold such an entry. (SYNC-L5)
 */
interface Act {
  readonly name: string;
  readonly args: unknown;
}
/** The arguments are as some device once stored them: the mutation that they end in checks them. */
export type Up = (args: unknown) => Act;
const steps: ReadonlyMap<string, Up> = new Map();

/** As it is, if its mutation is known or nobody knows what became of it. */
export function upgraded<T extends Act>(act: T, known: ReadonlyMap<string, unknown>, ups = steps): T {
  let now = act;
  for (let tries = 0; tries < 20 && !known.has(now.name); tries += 1) {
    const up = ups.get(now.name);
    if (!up) break;
    now = { ...now, ...up(now.args) };
  }
  return known.has(now.name) ? now : act;
}
