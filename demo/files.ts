/** Reads the demo's sources. */
import { readFileSync } from "node:fs";
import type { DemoFiles } from "./organisation.ts";

export function readDemoFiles(): DemoFiles {
  const read = (path: string): string => readFileSync(new URL(`sources/${path}`, import.meta.url), "utf8");
  const salesforce = (object: string): string => read(`crm-salesforce-org/${object}.csv`);
  return {
    salesforce: {
      User: salesforce("User"),
      Account: salesforce("Account"),
      Contact: salesforce("Contact"),
      Task: salesforce("Task"),
      Event: salesforce("Event"),
    },
    incidents: read("incidents/incident-events.csv"),
    northwind: read("companies-accents/customers.csv"),
    names: read("person-names/names.json"),
  };
}
