/** Rows of a Salesforce export (the standard objects, by their API names) as rows to import. */
import type { Fields } from "../records/mutation.ts";
import type { ImportRow } from "./import-plan.ts";
import { instant, minor, number, present, said } from "./values.ts";

type Cells = Readonly<Record<string, string>>;

export const salesforceObjects = ["User", "Account", "Contact", "Task", "Event"] as const;
export type SalesforceObject = (typeof salesforceObjects)[number];

export function salesforceRow(object: SalesforceObject, cells: Cells): ImportRow {
  switch (object) {
    case "User":
      return userRow(cells);
    case "Account":
      return accountRow(cells);
    case "Contact":
      return contactRow(cells);
    case "Task":
      return taskRow(cells);
    case "Event":
      return eventRow(cells);
  }
}

/** Three-letter prefixes say of what object an id is; what we don't know is still kept, under its prefix. */
const prefixes: Readonly<Record<string, string>> = {
  "001": "Account",
  "003": "Contact",
  "005": "User",
  "006": "Opportunity",
  "00Q": "Lead",
  "500": "Case",
};
const source = (object: string, id: string): string => `salesforce:${object}:${id}`;
const pointer = (id: string): string => source(prefixes[id.slice(0, 3)] ?? id.slice(0, 3), id);
const refs = (entries: Readonly<Record<string, string | undefined>>): Record<string, string> =>
  Object.fromEntries(Object.entries(said(entries)).flatMap(([name, id]) => (present(id) ? [[name, pointer(id)]] : [])));

/** A name is not in every export of users: the part of the id that differs stands in for it. */
function userRow(cells: Cells): ImportRow {
  const id = cells["Id"] ?? "";
  const short = id.slice(10, 15);
  const zone = present(cells["TimeZoneSidKey"]);
  return {
    entity: "member",
    source: source("User", id),
    fields: fields({
      name: present(cells["Name"]) ?? `Colleague ${short}`,
      locale: cells["LocaleSidKey"] === "zh_CN" ? "zh-CN" : "en",
      zone: zone === "GMT" ? "Etc/UTC" : zone,
      employment: cells["IsActive"] === "true" ? "active" : "left",
      cohort: present(cells["UserRoleId"]),
    }),
    refs: refs({ manager: cells["ManagerId"] }),
  };
}

function accountRow(cells: Cells): ImportRow {
  return {
    entity: "account",
    source: source("Account", cells["Id"] ?? ""),
    fields: fields({
      name: present(cells["Name"]),
      type: present(cells["Type"]),
      industry: present(cells["Industry"]),
      annualRevenueMinor: minor(cells["AnnualRevenue"]),
      currency: present(cells["CurrencyIsoCode"]),
      employees: number(cells["NumberOfEmployees"]),
      street: present(cells["BillingStreet"]),
      city: present(cells["BillingCity"]),
      state: present(cells["BillingState"]),
      postcode: present(cells["BillingPostalCode"]),
      country: present(cells["BillingCountry"]),
      phone: present(cells["Phone"]),
      website: present(cells["Website"]),
      customShared: said({
        createdInSource: present(cells["CreatedDate"]),
        lastActivityInSource: present(cells["LastActivityDate"]),
      }),
    }),
    refs: refs({ owner: cells["OwnerId"] }),
  };
}

function contactRow(cells: Cells): ImportRow {
  const given = present(cells["FirstName"]);
  const family = present(cells["LastName"]);
  return {
    entity: "contact",
    source: source("Contact", cells["Id"] ?? ""),
    anchor: pointer(cells["AccountId"] ?? ""),
    fields: fields({
      name: [given, family].filter(Boolean).join(" "),
      given,
      family,
      title: present(cells["Title"]),
      email: present(cells["Email"]),
      phone: present(cells["Phone"]),
      leadSource: present(cells["LeadSource"]),
      marketingConsent: "unknown", // an export can't say that consent was given
      customShared: said({
        mailingCity: present(cells["MailingCity"]),
        mailingCountry: present(cells["MailingCountry"]),
      }),
    }),
    refs: refs({ owner: cells["OwnerId"] }),
  };
}

const priorities: Readonly<Record<string, string>> = { High: "high", Medium: "normal", Normal: "normal", Low: "low" };

function taskRow(cells: Cells): ImportRow {
  const day = present(cells["ActivityDate"])?.slice(0, 10);
  return {
    entity: "task",
    source: source("Task", cells["Id"] ?? ""),
    anchor: pointer(cells["AccountId"] ?? ""),
    compartment: "core",
    fields: fields({
      name: present(cells["Subject"]),
      done: cells["IsClosed"] === "true",
      dueDay: day,
      dueZone: day && "Etc/UTC",
      priority: priorities[cells["Priority"] ?? ""],
      status: present(cells["Status"]),
      customShared: said({ priorityInSource: present(cells["Priority"]) }), // ours has three levels, theirs may have more
    }),
    refs: refs({ about: cells["WhatId"], owner: cells["OwnerId"] }),
  };
}

const kinds: Readonly<Record<string, string>> = {
  Call: "call",
  Meeting: "meeting",
  Email: "email",
  "Send Letter/Quote": "letter",
};

function eventRow(cells: Cells): ImportRow {
  return {
    entity: "activity",
    source: source("Event", cells["Id"] ?? ""),
    anchor: pointer(cells["AccountId"] ?? ""),
    compartment: "core",
    fields: fields({
      name: present(cells["Subject"]),
      activityKind: kinds[cells["Subject"] ?? ""] ?? "other",
      at: instant(cells["StartDateTime"]),
      durationMin: number(cells["DurationInMinutes"]),
    }),
    refs: refs({ about: cells["WhatId"], owner: cells["OwnerId"] }),
  };
}

/** Empty custom fields are left out, so that a row carries only what it says. */
function fields(entries: Fields): Fields {
  return said(
    Object.fromEntries(
      Object.entries(entries).map(([name, value]) => [
        name,
        typeof value === "object" && value !== null && Object.keys(value).length === 0 ? undefined : value,
      ]),
    ),
  );
}
