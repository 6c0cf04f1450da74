/** `npm run crm -- <verb>`: the command line. Exit codes: 0 done, 1 refused or failed, 2 wrong use. */
import { parseArgs } from "node:util";
import { run } from "./run.ts";

process.exitCode = await run(process.argv.slice(2), parseArgs);
