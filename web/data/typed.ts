import type { Fields } from "../../shared/records/mutation.ts";

/** What a member wrote, without what the act took from elsewhere: all that is shown once its record is out of sight. */
export function typedIn({ args, mine }: { readonly args: unknown; readonly mine: Fields }): Fields {
  if (typeof args !== "object" || args === null) return {};
  if ("set" in args) return args.set as Fields;
  if ("fields" in args) return args.fields as Fields;
  const said = new Set(Object.values(args).map((one) => JSON.stringify(one)));
  return Object.fromEntries(Object.entries(mine).filter(([, value]) => said.has(JSON.stringify(value))));
}
