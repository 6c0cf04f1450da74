/** Rows of the Northwind customer table: one company and its one contact each. */
import type { ImportRow } from "./import-plan.ts";
import { present, said } from "./values.ts";

export function northwindRows(cells: Readonly<Record<string, string>>): ImportRow[] {
  const key = cells["CustomerID"] ?? "";
  const account: ImportRow = {
    entity: "account",
    source: `northwind:account:${key}`,
    fields: said({
      name: present(cells["CompanyName"]),
      street: present(cells["Address"]),
      city: present(cells["City"]),
      state: present(cells["Region"]),
      postcode: present(cells["PostalCode"]), // text: 05021 keeps its zero
      country: present(cells["Country"]),
      phone: present(cells["Phone"]),
      customShared: present(cells["Fax"]) ? { fax: cells["Fax"] ?? "" } : undefined,
    }),
  };
  const name = present(cells["ContactName"]);
  if (!name) return [account];
  const contact: ImportRow = {
    entity: "contact",
    source: `northwind:contact:${key}`,
    anchor: account.source,
    fields: said({ name, title: present(cells["ContactTitle"]), marketingConsent: "unknown" }),
  };
  return [account, contact];
}
