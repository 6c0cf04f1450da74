/**
 * Exports of other systems, known by the names of their columns, and what those mean here. A file that is none of them is
 * guessed from the names that people give to columns.
 */
import { entity, entityOfPlural, isEntity, type EntityName } from "../records/entities.ts";
import { mailColumns } from "./read/mail.ts";
import type { ReadTable } from "./read/rows.ts";
import { cardColumns } from "./read/vcard.ts";
import { folded, settableFields, type By, type Mapping, type Target } from "./mapping.ts";

export interface Layout {
  readonly id: string;
  readonly system: string;
  readonly entity: EntityName;
  /** As its makers call it; no language translates it. */
  readonly label: string;
  /** Columns that tell it: all of them are there. */
  readonly needs: readonly string[];
  readonly columns: Readonly<Record<string, Target | readonly Target[]>>;
  readonly defaults?: Readonly<Record<string, string>>;
  readonly decimal?: "." | ",";
  readonly dates?: "ymd" | "dmy" | "mdy";
  /** Names of files that it has, where the columns alone do not say. */
  readonly file?: RegExp;
  readonly requires?: readonly string[];
  /** What else a row holds, where this column says anything. */
  readonly besides?: { readonly column: string; readonly layout: Layout };
}

const f = (field: string, values?: Readonly<Record<string, string>>, also?: string): Target => ({ to: "field", field, ...(values ? { values } : {}), ...(also ? { also } : {}) }); // prettier-ignore
const ref = (field: string, of: EntityName, by: By = "key"): Target => ({ to: "ref", field, of, by });
const own = (field?: string): Target => ({ to: "own", ...(field ? { field } : {}) });
const key: Target = { to: "key" };
const account = (by: By): Target => ({ to: "anchor", by });
const made: Target = { to: "createdAt" };
const maker = (by: By = "name"): Target => ({ to: "createdBy", by });
const leave: Target = { to: "leave" };
const owner = (by: By = "name"): Target => ref("owner", "member", by);

const caseStatus = { new: "new", open: "open", working: "open", "in progress": "open", escalated: "open", "on hold": "waiting", waiting: "waiting", "waiting on contact": "waiting", "waiting on us": "open", pending: "waiting", active: "open", resolved: "resolved", solved: "resolved", closed: "closed", "problem solved": "resolved", cancelled: "closed", canceled: "closed" }; // prettier-ignore
const severities = { critical: "critical", urgent: "critical", high: "high", medium: "moderate", normal: "moderate", moderate: "moderate", low: "low" }; // prettier-ignore
const leadStatus = { new: "new", open: "new", "open - not contacted": "new", "not contacted": "new", "attempted to contact": "working", "working - contacted": "working", "in progress": "working", "in process": "working", contacted: "working", connected: "working", "open deal": "qualified", "pre-qualified": "working", qualified: "qualified", "closed - converted": "qualified", converted: "qualified", "good lead": "qualified", "closed - not converted": "disqualified", unqualified: "disqualified", disqualified: "disqualified", "not qualified": "disqualified", "junk lead": "disqualified", "lost lead": "disqualified", junk: "disqualified", "bad timing": "disqualified" }; // prettier-ignore
const activityKinds = { call: "call", meeting: "meeting", email: "email", "e-mail": "email", letter: "letter", "send letter/quote": "letter", visit: "visit", note: "note", other: "other", task: "other", lunch: "meeting", demo: "meeting" }; // prettier-ignore
const consent = { true: "given", yes: "given", "1": "given", opted_in: "given", subscribed: "given", false: "unknown", no: "unknown", "0": "unknown", unsubscribed: "refused", opted_out: "refused" }; // prettier-ignore
const optOut = { true: "refused", yes: "refused", "1": "refused", false: "unknown", no: "unknown", "0": "unknown" };
const locales = { zh_cn: "zh-CN", "zh-cn": "zh-CN", zh: "zh-CN", en_us: "en", en_gb: "en", en: "en" };
const employment = { true: "active", false: "left", "1": "active", "0": "left", yes: "active", no: "left" };

const street = (prefix: string, joined = " "): Record<string, Target> => ({
  [`${prefix}${joined}Street`]: f("street"), [`${prefix}${joined}City`]: f("city"), [`${prefix}${joined}State`]: f("state"),
  [`${prefix}${joined}Code`]: f("postcode"), [`${prefix}${joined}Country`]: f("country"),
}); // prettier-ignore

const salesforce: readonly Layout[] = [
  {
    id: "salesforce-user", system: "salesforce", entity: "member", label: "Salesforce · User", needs: ["Id", "IsActive", "ProfileId"],
    columns: {
      Id: key, Name: f("name"), IsActive: f("employment", employment), TimeZoneSidKey: f("zone", { gmt: "Etc/UTC" }),
      LocaleSidKey: f("locale", locales), ManagerId: ref("manager", "member"), UserRoleId: f("cohort"), CreatedDate: made, CreatedById: maker("key"),
      UserType: leave, ProfileId: leave, // rights are given here, by the organisation's own policy
    },
  },
  {
    id: "salesforce-account", system: "salesforce", entity: "account", label: "Salesforce · Account", needs: ["Id", "Name", "BillingCountry"],
    columns: {
      Id: key, Name: f("name"), Type: f("type"), Industry: f("industry"), AnnualRevenue: f("annualRevenueMinor"), NumberOfEmployees: f("employees"),
      BillingStreet: f("street"), BillingCity: f("city"), BillingState: f("state"), BillingPostalCode: f("postcode"), BillingCountry: f("country"),
      Phone: f("phone"), Website: f("website"), Description: f("description"), OwnerId: owner("key"), CurrencyIsoCode: f("currency"),
      CreatedDate: [own("createdInSource"), made], CreatedById: maker("key"), LastActivityDate: own("lastActivityInSource"), LastModifiedDate: own("modifiedInSource"),
    },
  },
  {
    id: "salesforce-contact", system: "salesforce", entity: "contact", label: "Salesforce · Contact", needs: ["Id", "AccountId", "LastName"],
    columns: {
      Id: key, AccountId: account("key"), FirstName: f("given"), LastName: f("family"), Email: f("email"), Phone: f("phone"), MobilePhone: f("mobile"),
      Title: f("title"), Department: f("department"), Birthdate: f("birthday"), ReportsToId: ref("reportsTo", "contact"), Description: f("description"),
      LeadSource: f("leadSource"), OwnerId: owner("key"), MailingCity: own("mailingCity"), MailingCountry: own("mailingCountry"),
      HasOptedOutOfEmail: f("marketingConsent", optOut), CreatedDate: made, CreatedById: maker("key"), LastModifiedDate: own("modifiedInSource"),
    },
  },
  {
    id: "salesforce-lead", system: "salesforce", entity: "lead", label: "Salesforce · Lead", needs: ["Id", "LastName", "Company", "Status"],
    columns: {
      Id: key, FirstName: f("given"), LastName: f("family"), Name: f("name"), Company: [f("company"), account("name")], Email: f("email"),
      Phone: f("phone"), Status: f("status", leadStatus, "statusInSource"), LeadSource: f("leadSource"), OwnerId: owner("key"), CreatedDate: made, CreatedById: maker("key"),
    },
  },
  {
    id: "salesforce-opportunity", system: "salesforce", entity: "opportunity", label: "Salesforce · Opportunity", needs: ["Id", "AccountId", "StageName"],
    columns: {
      Id: key, AccountId: account("key"), Name: f("name"), StageName: [ref("stage", "stage", "name"), own("stageInSource")], CloseDate: f("closeDay"),
      Amount: f("amountMinor"), CurrencyIsoCode: f("currency"), NextStep: f("nextAction"), OwnerId: owner("key"), CreatedDate: made, CreatedById: maker("key"),
    },
  },
  {
    id: "salesforce-case", system: "salesforce", entity: "case", label: "Salesforce · Case", needs: ["Id", "CaseNumber", "Status"],
    columns: {
      Id: key, AccountId: account("key"), CaseNumber: f("number"), Subject: f("name"), Status: f("status", caseStatus, "statusInSource"),
      Priority: f("severity", severities, "priorityInSource"), Origin: own("origin"), CreatedDate: [f("openedAt"), made], ClosedDate: f("resolvedAt"),
      OwnerId: owner("key"), CreatedById: maker("key"),
    },
  },
  {
    id: "salesforce-task", system: "salesforce", entity: "task", label: "Salesforce · Task", needs: ["Id", "Subject", "IsClosed", "Priority"],
    columns: {
      Id: key, AccountId: account("key"), WhatId: ref("about", "opportunity"), Subject: f("name"), ActivityDate: f("dueDay"), IsClosed: f("done"),
      Status: f("status"), Priority: f("priority", { high: "high", medium: "normal", normal: "normal", low: "low" }, "priorityInSource"),
      Description: f("description"), OwnerId: owner("key"), CreatedDate: made, CreatedById: maker("key"), LastModifiedDate: own("modifiedInSource"),
    },
  },
  {
    id: "salesforce-event", system: "salesforce", entity: "activity", label: "Salesforce · Event", needs: ["Id", "Subject", "StartDateTime"],
    columns: {
      Id: key, AccountId: account("key"), WhatId: ref("about", "opportunity"),
      Subject: [f("name"), { ...f("activityKind", { call: "call", meeting: "meeting", email: "email", "send letter/quote": "letter" }), quiet: true }],
      StartDateTime: f("at"), EndDateTime: own("endsInSource"), DurationInMinutes: f("durationMin"), IsAllDayEvent: own("isAllDay"), Description: f("body"),
      OwnerId: owner("key"), CreatedDate: made, CreatedById: maker("key"), LastModifiedDate: own("modifiedInSource"),
    },
  },
  {
    id: "salesforce-tree-account", system: "salesforce", entity: "account", label: "Salesforce · data tree", needs: ["referenceId", "Name"], file: /^account/i,
    columns: { referenceId: key, Name: f("name"), BillingStreet: f("street"), BillingCity: f("city"), BillingState: f("state"), BillingPostalCode: f("postcode"), BillingCountry: f("country"), Phone: f("phone"), Website: f("website") },
  },
  {
    id: "salesforce-tree-product", system: "salesforce", entity: "product", label: "Salesforce · data tree", needs: ["referenceId", "Name", "MSRP__c"],
    columns: { referenceId: key, Name: f("name"), MSRP__c: f("priceMinor"), Description__c: leave, Product_Family__c: leave },
  },
]; // prettier-ignore

const hubspot: readonly Layout[] = [
  {
    id: "hubspot-companies", system: "hubspot", entity: "account", label: "HubSpot · companies", needs: ["Record ID", "Company name"],
    columns: {
      "Record ID": key, "Company name": f("name"), "Company owner": owner(), "Create Date": made, "Phone Number": f("phone"), City: f("city"), "State/Region": f("state"),
      "Postal Code": f("postcode"), "Street Address": f("street"), "Country/Region": f("country"), Industry: f("industry"), Type: f("type"), Description: f("description"),
      "Website URL": f("website"), "Company Domain Name": [f("website"), own("domain")], "Number of Employees": f("employees"), "Annual Revenue": f("annualRevenueMinor"),
    },
  },
  {
    id: "hubspot-contacts", system: "hubspot", entity: "contact", label: "HubSpot · contacts", needs: ["Record ID", "First Name", "Last Name"],
    columns: {
      "Record ID": key, "First Name": f("given"), "Last Name": f("family"), Email: f("email"), "Phone Number": f("phone"), "Mobile Phone Number": f("mobile"),
      "Contact owner": owner(), "Job Title": f("title"), "Associated Company": account("name"), "Company Name": account("name"), "Associated Company IDs": account("key"),
      "Associated Company IDs (Primary)": account("key"), "Primary Associated Company ID": account("key"), "Create Date": made, "Original Source": f("leadSource"), "Original Traffic Source": f("leadSource"),
      "Buying Role": own("buyingRole"), "Unsubscribed from all email": f("marketingConsent", optOut), "Preferred language": f("locale"),
    },
  },
  {
    id: "hubspot-deals", system: "hubspot", entity: "opportunity", label: "HubSpot · deals", needs: ["Record ID", "Deal Name", "Deal Stage"],
    columns: {
      "Record ID": key, "Deal Name": f("name"), "Deal Stage": [ref("stage", "stage", "name"), own("stageInSource")], Pipeline: [ref("pipeline", "pipeline", "name"), own("pipelineInSource")], "Close Date": f("closeDay"), "Deal owner": owner(),
      Amount: f("amountMinor"), Currency: f("currency"), "Associated Company": account("name"), "Associated Company IDs": account("key"), "Associated Company IDs (Primary)": account("key"), "Create Date": made, "Next step": f("nextAction"),
    },
  },
  {
    id: "hubspot-tickets", system: "hubspot", entity: "case", label: "HubSpot · tickets", needs: ["Ticket name", "Ticket status"],
    columns: {
      "Ticket ID": key, "Record ID": key, "Ticket name": f("name"), "Ticket status": f("status", caseStatus, "statusInSource"), Priority: f("severity", severities), "Ticket owner": owner(),
      "Create date": [f("openedAt"), made], "Close date": f("resolvedAt"), Category: f("category"), "Associated Company": account("name"), "Associated Company IDs": account("key"), "Ticket description": own("description"),
    },
  },
]; // prettier-ignore

const pipedrive: readonly Layout[] = [
  {
    id: "pipedrive-organizations", system: "pipedrive", entity: "account", label: "Pipedrive · organizations", needs: ["Organization - Name"],
    columns: { "Organization - ID": key, "Organization - Name": f("name"), "Organization - Owner": owner(), "Organization - Address": f("street"), "Organization - Full/combined address of Address": own("address"), "Organization - City/town/village/locality of Address": f("city"), "Organization - ZIP/Postal code of Address": f("postcode"), "Organization - Country of Address": f("country"), "Organization - Organization created": made, "Organization - Label": f("type"), "Organization - Website": f("website") },
  },
  {
    id: "pipedrive-persons", system: "pipedrive", entity: "contact", label: "Pipedrive · people", needs: ["Person - Name"],
    columns: { "Person - ID": key, "Person - Name": f("name"), "Person - First name": f("given"), "Person - Last name": f("family"), "Person - Organization": account("name"), "Person - Organization ID": account("key"), "Person - Email - Work": f("email"), "Person - Email": f("email"), "Person - Email - Home": own("emailHome"), "Person - Email - Other": own("emailOther"), "Person - Phone - Work": f("phone"), "Person - Phone": f("phone"), "Person - Phone - Mobile": f("mobile"), "Person - Phone - Home": own("phoneHome"), "Person - Phone - Other": own("phoneOther"), "Person - Owner": owner(), "Person - Job title": f("title"), "Person - Person created": made, "Person - Label": own("label"), "Person - Marketing status": f("marketingConsent", consent, "marketingStatus") },
  },
  {
    id: "pipedrive-deals", system: "pipedrive", entity: "opportunity", label: "Pipedrive · deals", needs: ["Deal - Title"],
    columns: { "Deal - ID": key, "Deal - Title": f("name"), "Deal - Organization": account("name"), "Deal - Organization ID": account("key"), "Deal - Contact person": own("contactPerson"), "Deal - Value": f("amountMinor"), "Deal - Currency of Value": f("currency"), "Deal - Stage": [ref("stage", "stage", "name"), own("stageInSource")], "Deal - Pipeline": [ref("pipeline", "pipeline", "name"), own("pipelineInSource")], "Deal - Status": own("statusInSource"), "Deal - Owner": owner(), "Deal - Creator": maker(), "Deal - Expected close date": f("closeDay"), "Deal - Deal created": made, "Deal - Lost reason": f("outcomeReason") },
  },
  {
    id: "pipedrive-activities", system: "pipedrive", entity: "activity", label: "Pipedrive · activities", needs: ["Activity - Subject"],
    columns: { "Activity - ID": key, "Activity - Subject": f("name"), "Activity - Type": f("activityKind", activityKinds, "typeInSource"), "Activity - Due date": f("at"), "Activity - Organization": account("name"), "Activity - Assigned to user": owner(), "Activity - Note": f("body"), "Activity - Add time": made },
  },
]; // prettier-ignore

const bitrix: readonly Layout[] = [
  ...(["Company Name", "Название компании"] as const).map((name, at): Layout => ({
    id: at === 0 ? "bitrix24-companies" : "bitrix24-companies-ru", system: "bitrix24", entity: "account", label: at === 0 ? "Bitrix24 · companies" : "Bitrix24 · компании", needs: at === 0 ? ["ID", name, "Responsible person"] : ["ID", name, "Ответственный"], dates: "dmy",
    columns: { ID: key, [name]: f("name"), "Company type": f("type"), "Тип компании": f("type"), Industry: f("industry"), "Сфера деятельности": f("industry"), Employees: f("employees"), "Annual revenue": f("annualRevenueMinor"), "Годовой оборот": f("annualRevenueMinor"), Currency: f("currency"), "Work Phone": f("phone"), "Рабочий телефон": f("phone"), "Corporate Website": f("website"), "Корпоративный сайт": f("website"), "Responsible person": owner(), "Ответственный": owner(), "Created on": made, "Дата создания": made, "Created by": maker(), "Кем создана": maker(), Comment: f("description"), "Комментарий": f("description") },
  })),
  {
    id: "bitrix24-contacts", system: "bitrix24", entity: "contact", label: "Bitrix24 · contacts", needs: ["ID", "First name", "Last name", "Responsible person"], dates: "dmy",
    columns: { ID: key, "First name": f("given"), "Second name": own("secondName"), "Last name": f("family"), "Date of birth": f("birthday"), Company: account("name"), Position: f("title"), "Work Phone": f("phone"), Mobile: f("mobile"), "Mobile phone": f("mobile"), "Work E-mail": f("email"), "Home E-mail": own("emailHome"), Source: f("leadSource"), "Responsible person": owner(), "Created on": made, "Created by": maker(), Comment: f("description"), "Contact type": own("contactType") },
  },
  {
    id: "bitrix24-contacts-ru", system: "bitrix24", entity: "contact", label: "Bitrix24 · контакты", needs: ["ID", "Имя", "Фамилия", "Ответственный"], dates: "dmy",
    columns: { ID: key, "Имя": f("given"), "Отчество": own("secondName"), "Фамилия": f("family"), "Дата рождения": f("birthday"), "Компания": account("name"), "Должность": f("title"), "Рабочий телефон": f("phone"), "Мобильный телефон": f("mobile"), "Рабочий e-mail": f("email"), "Источник": f("leadSource"), "Ответственный": owner(), "Дата создания": made, "Кем создан": maker(), "Комментарий": f("description") },
  },
  {
    id: "bitrix24-deals", system: "bitrix24", entity: "opportunity", label: "Bitrix24 · deals", needs: ["ID", "Deal Name", "Responsible person"], dates: "dmy",
    columns: { ID: key, "Deal Name": f("name"), Pipeline: [ref("pipeline", "pipeline", "name"), own("pipelineInSource")], Stage: [ref("stage", "stage", "name"), own("stageInSource")], Company: account("name"), Contact: own("contact"), Amount: f("amountMinor"), Currency: f("currency"), "Responsible person": owner(), "Expected close date": f("closeDay"), "Created on": made, "Created by": maker(), Comment: own("comment") },
  },
  {
    id: "bitrix24-leads", system: "bitrix24", entity: "lead", label: "Bitrix24 · leads", needs: ["ID", "Lead Name", "Responsible person"], dates: "dmy",
    columns: { ID: key, "Lead Name": f("name"), Status: f("status", leadStatus, "statusInSource"), "Company Name": [f("company"), account("name")], "Work Phone": f("phone"), "Work E-mail": f("email"), Source: f("leadSource"), "Responsible person": owner(), "Created on": made, "Created by": maker() },
  },
]; // prettier-ignore

const guarded: Record<string, Target> = {
  "(Do Not Modify) Row Checksum": leave,
  "(Do Not Modify) Modified On": own("modifiedInSource"),
};
const dynamics: readonly Layout[] = [
  {
    id: "dynamics-account", system: "dynamics", entity: "account", label: "Dynamics 365 · accounts", needs: ["(Do Not Modify) Account", "Account Name"],
    columns: { ...guarded, "(Do Not Modify) Account": key, "Account Name": f("name"), "Main Phone": f("phone"), Website: f("website"), "Address 1: Street 1": f("street"), "Address 1: City": f("city"), "Address 1: State/Province": f("state"), "Address 1: ZIP/Postal Code": f("postcode"), "Address 1: Country/Region": f("country"), Industry: f("industry"), "Relationship Type": f("type"), "Annual Revenue": f("annualRevenueMinor"), "Number of Employees": f("employees"), Currency: own("currencyName"), Owner: owner(), Description: f("description"), "Created On": made, "Created By": maker(), Email: own("email"), "Primary Contact": own("primaryContact") },
  },
  {
    id: "dynamics-contact", system: "dynamics", entity: "contact", label: "Dynamics 365 · contacts", needs: ["(Do Not Modify) Contact"],
    columns: { ...guarded, "(Do Not Modify) Contact": key, "Full Name": f("name"), "First Name": f("given"), "Last Name": f("family"), "Company Name": account("name"), "Business Phone": f("phone"), "Mobile Phone": f("mobile"), Email: f("email"), "Job Title": f("title"), Department: f("department"), Birthday: f("birthday"), Owner: owner(), Description: f("description"), "Created On": made, "Created By": maker(), "Do not allow Bulk Emails": f("marketingConsent", { ...optOut, "do not allow": "refused", allow: "unknown" }) },
  },
  {
    id: "dynamics-opportunity", system: "dynamics", entity: "opportunity", label: "Dynamics 365 · opportunities", needs: ["(Do Not Modify) Opportunity", "Topic"],
    columns: { ...guarded, "(Do Not Modify) Opportunity": key, Topic: f("name"), "Potential Customer": account("name"), Account: account("name"), Contact: own("contact"), "Est. Close Date": f("closeDay"), "Est. close date": f("closeDay"), "Est. Revenue": f("amountMinor"), "Est. revenue": f("amountMinor"), Owner: owner(), "Sales Stage": [ref("stage", "stage", "name"), own("stageInSource")], "Pipeline Phase": own("pipelinePhase"), Status: own("statusInSource"), Probability: own("probability"), "Created On": made, "Created By": maker() },
  },
  {
    id: "dynamics-lead", system: "dynamics", entity: "lead", label: "Dynamics 365 · leads", needs: ["(Do Not Modify) Lead"],
    columns: { ...guarded, "(Do Not Modify) Lead": key, Name: f("name"), Topic: f("need"), "Company Name": [f("company"), account("name")], "Lead Source": f("leadSource"), "Status Reason": f("status", leadStatus, "statusInSource"), Email: f("email"), "Business Phone": f("phone"), Owner: owner(), "Created On": made, "Created By": maker() },
  },
  {
    id: "dynamics-case", system: "dynamics", entity: "case", label: "Dynamics 365 · cases", needs: ["(Do Not Modify) Case", "Case Title"],
    columns: { ...guarded, "(Do Not Modify) Case": key, "Case Title": f("name"), "Case Number": f("number"), Customer: account("name"), Priority: f("severity", severities), "Status Reason": f("status", caseStatus, "statusInSource"), Owner: owner(), "Created On": [f("openedAt"), made], "Created By": maker(), Subject: f("category") },
  },
]; // prettier-ignore

const zohoCommon: Record<string, Target> = { "Record Id": key, "Created Time": made, "Created By": maker(), "Modified Time": own("modifiedInSource"), "Modified By": leave, Description: f("description"), Currency: f("currency"), Tag: own("tags") }; // prettier-ignore
const zoho: readonly Layout[] = [
  { id: "zoho-accounts", system: "zoho", entity: "account", label: "Zoho CRM · accounts", needs: ["Record Id", "Account Name", "Account Owner"], columns: { ...zohoCommon, "Account Name": f("name"), "Account Owner": owner(), "Account Owner.id": leave, Phone: f("phone"), Website: f("website"), "Account Type": f("type"), Industry: f("industry"), "Annual Revenue": f("annualRevenueMinor"), Employees: f("employees"), ...street("Billing") } },
  { id: "zoho-contacts", system: "zoho", entity: "contact", label: "Zoho CRM · contacts", needs: ["Record Id", "Contact Owner", "Last Name"], columns: { ...zohoCommon, "Contact Owner": owner(), "Contact Owner.id": leave, "First Name": f("given"), "Last Name": f("family"), "Full Name": f("name"), "Account Name": account("name"), "Account Name.id": account("key"), Email: f("email"), "Secondary Email": own("emailOther"), Phone: f("phone"), Mobile: f("mobile"), Title: f("title"), Department: f("department"), "Date of Birth": f("birthday"), Assistant: f("assistant"), "Lead Source": f("leadSource"), "Email Opt Out": f("marketingConsent", optOut), "Mailing City": own("mailingCity"), "Mailing Country": own("mailingCountry") } },
  { id: "zoho-deals", system: "zoho", entity: "opportunity", label: "Zoho CRM · deals", needs: ["Record Id", "Deal Name", "Deal Owner"], columns: { ...zohoCommon, "Deal Name": f("name"), "Deal Owner": owner(), "Deal Owner.id": leave, Amount: f("amountMinor"), "Closing Date": f("closeDay"), "Account Name": account("name"), "Account Name.id": account("key"), Stage: [ref("stage", "stage", "name"), own("stageInSource")], Pipeline: [ref("pipeline", "pipeline", "name"), own("pipelineInSource")], "Contact Name": own("contact"), "Next Step": f("nextAction"), "Probability (%)": own("probability"), Type: own("type"), "Reason For Loss": f("outcomeReason") } },
  { id: "zoho-leads", system: "zoho", entity: "lead", label: "Zoho CRM · leads", needs: ["Record Id", "Lead Owner", "Company"], columns: { ...zohoCommon, "Lead Owner": owner(), "Lead Owner.id": leave, Company: [f("company"), account("name")], "Full Name": f("name"), "First Name": f("given"), "Last Name": f("family"), Email: f("email"), Phone: f("phone"), "Lead Status": f("status", leadStatus, "statusInSource"), "Lead Source": f("leadSource"), "Annual Revenue": own("annualRevenue") } },
  { id: "zoho-cases", system: "zoho", entity: "case", label: "Zoho CRM · cases", needs: ["Record Id", "Case Number", "Case Owner"], columns: { ...zohoCommon, "Case Number": f("number"), Subject: f("name"), "Case Owner": owner(), Status: f("status", caseStatus, "statusInSource"), Priority: f("severity", severities), "Account Name": account("name"), "Account Name.id": account("key"), "Case Origin": own("origin"), Solution: f("fix") } },
]; // prettier-ignore

const numbered = (n: number): Record<string, Target> => ({
  [`E-mail ${n} - Value`]: own(`email ${n}`),
  [`Phone ${n} - Value`]: own(`phone ${n}`),
});
const google: readonly Layout[] = [
  {
    id: "google-contacts", system: "google", entity: "contact", label: "Google Contacts", needs: ["First Name", "Last Name", "E-mail 1 - Value", "Organization Name"],
    columns: { "First Name": f("given"), "Middle Name": own("middleName"), "Last Name": f("family"), "Organization Name": account("name"), "Organization Title": f("title"), "Organization Department": f("department"), Birthday: f("birthday"), Notes: f("description"), Labels: own("labels"), Photo: leave, "E-mail 1 - Value": f("email"), "Phone 1 - Value": f("phone"), "Address 1 - Formatted": f("homeAddress"), "Website 1 - Value": own("website"), ...numbered(2), ...numbered(3) },
  },
  {
    id: "google-contacts-old", system: "google", entity: "contact", label: "Google Contacts", needs: ["Given Name", "Family Name", "E-mail 1 - Value", "Organization 1 - Name"],
    columns: { Name: f("name"), "Given Name": f("given"), "Additional Name": own("middleName"), "Family Name": f("family"), "Organization 1 - Name": account("name"), "Organization 1 - Title": f("title"), "Organization 1 - Department": f("department"), Birthday: f("birthday"), Notes: f("description"), "Group Membership": own("labels"), Photo: leave, "E-mail 1 - Value": f("email"), "Phone 1 - Value": f("phone"), "Address 1 - Formatted": f("homeAddress"), ...numbered(2), ...numbered(3) },
  },
]; // prettier-ignore

const atomic: readonly Layout[] = [
  {
    id: "atomic-contacts", system: "atomic", entity: "contact", label: "Atomic CRM · contacts", needs: ["first_name", "last_name", "has_newsletter"],
    columns: {
      id: key, first_name: f("given"), last_name: f("family"), title: f("title"), background: f("description"), gender: own(), first_seen: [made, own("firstSeen")], last_seen: own("lastSeen"),
      has_newsletter: f("marketingConsent", { true: "given", false: "unknown" }, "hasNewsletter"), status: own(), tags: own(), company: account("name"), company_name: leave, company_id: account("key"), sales: owner(), sales_id: leave,
      linkedin_url: own("linkedin"), nb_tasks: leave, email_work: f("email"), email_other: [f("email"), own("emailOther")], email_home: [f("email"), own("emailHome")], phone_work: f("phone"), phone_home: own("phoneHome"), phone_other: own("phoneOther"),
      "emails.1.email": f("email"), "phones.1.number": f("phone"), "phones.number": f("phone"),
    },
  },
  { id: "atomic-companies", system: "atomic", entity: "account", label: "Atomic CRM · companies", needs: ["id", "name"], file: /^companies$/, columns: { id: key, name: f("name"), sector: f("industry"), size: f("employees"), website: f("website"), phone_number: f("phone"), address: f("street"), city: f("city"), zipcode: f("postcode"), state_abbr: f("state"), country: f("country"), description: f("description"), revenue: f("annualRevenueMinor", undefined, "revenue"), tax_identifier: own("taxIdentifier"), linkedin_url: own("linkedin"), sales_id: owner("key"), created_at: made } },
  { id: "atomic-contacts-json", system: "atomic", entity: "contact", label: "Atomic CRM · contacts", needs: ["first_name", "last_name"], file: /^contacts$/, columns: { id: key, first_name: f("given"), last_name: f("family"), title: f("title"), background: f("description"), company_id: account("key"), sales_id: owner("key"), has_newsletter: f("marketingConsent", { true: "given", false: "unknown" }, "hasNewsletter"), linkedin_url: own("linkedin"), "emails.1.email": f("email"), "phones.1.number": f("phone"), "phones.number": f("phone") } },
  { id: "atomic-notes", system: "atomic", entity: "activity", label: "Atomic CRM · notes", needs: ["contact_id", "text", "date"], file: /^notes$/, columns: { contact_id: ref("about", "contact"), text: [f("name"), f("body")], date: [f("at"), made], sales_id: owner("key") }, defaults: { activityKind: "note" } },
  { id: "atomic-tasks", system: "atomic", entity: "task", label: "Atomic CRM · tasks", needs: ["contact_id", "text"], file: /^tasks$/, columns: { contact_id: ref("about", "contact"), text: f("name"), due_date: f("dueDay"), done_date: f("doneAt"), sales_id: owner("key") } },
  { id: "atomic-sales", system: "atomic", entity: "member", label: "Atomic CRM · sales", needs: ["first_name", "last_name"], file: /^sales$/, requires: ["email"], columns: { id: key, first_name: f("given"), last_name: f("family"), email: leave } },
]; // prettier-ignore

const northwind: Layout = {
  id: "northwind", system: "northwind", entity: "account", label: "Northwind · customers", needs: ["CustomerID", "CompanyName", "ContactName"],
  columns: { CustomerID: key, CompanyName: f("name"), ContactName: leave, ContactTitle: leave, Address: f("street"), City: f("city"), Region: f("state"), PostalCode: f("postcode"), Country: f("country"), Phone: f("phone"), Fax: own("fax") },
  besides: {
    column: "ContactName",
    layout: { id: "northwind-contact", system: "northwind", entity: "contact", label: "Northwind · contacts", needs: [], columns: { CustomerID: [key, account("key")], ContactName: f("name"), ContactTitle: f("title"), CompanyName: leave, Address: leave, City: leave, Region: leave, PostalCode: leave, Country: leave, Phone: leave, Fax: leave } },
  },
}; // prettier-ignore

const cards: Layout = {
  id: "vcard", system: "vcard", entity: "contact", label: "vCard", needs: [...cardColumns],
  columns: {
    Name: f("name"), "Given name": f("given"), "Family name": f("family"), Company: account("name"), Department: f("department"), Title: f("title"), Role: f("role"),
    Email: f("email"), Phone: f("phone"), Mobile: f("mobile"), Birthday: f("birthday"), Assistant: f("assistant"), Note: f("description"), UID: key, Language: f("locale"),
  },
}; // prettier-ignore
const mails: Layout = {
  id: "mail", system: "mail", entity: "activity", label: "E-mail", needs: [...mailColumns],
  columns: { "Message-ID": own("messageId"), Subject: f("name"), Date: [f("at"), made], Text: f("body"), From: own("from"), To: own("to"), Addresses: { to: "anchor", by: "email" }, "In reply to": own("inReplyTo"), Attachments: own("attachments"), "From address": leave },
  defaults: { activityKind: "email", name: "(no subject)" },
}; // prettier-ignore

export const layouts: readonly Layout[] = [...salesforce, ...hubspot, ...pipedrive, ...bitrix, ...dynamics, ...zoho, ...google, ...atomic, northwind, cards, mails]; // prettier-ignore

// --- recognising

export interface Recognised {
  readonly layout: Layout | null;
  readonly mapping: Mapping;
}
const plain = (name: string): string => folded(name).replaceAll(/[^\p{L}\p{N}]+/gu, " ").trim(); // prettier-ignore

/** What a table most likely is: the layout that knows most of its columns, our own export, or a guess by names. */
export function recognise(table: Pick<ReadTable, "name" | "columns">): Recognised {
  const here = new Map(table.columns.map((column) => [folded(column), column]));
  const fitting = layouts
    .filter((one) => one.needs.every((name) => here.has(folded(name))) && (one.file?.test(table.name) ?? true))
    .map((layout) => ({ layout, known: Object.keys(layout.columns).filter((name) => here.has(folded(name))).length }))
    .sort((a, b) => b.known - a.known || b.layout.needs.length - a.layout.needs.length);
  const best = fitting[0]?.layout;
  if (best) return { layout: best, mapping: mappingOf(best, table.columns) };
  return { layout: null, mapping: ownExport(table) ?? guess(table) };
}

/** The mapping of a layout for just these columns. What it does not know is kept under its own name. */
export function mappingOf(layout: Layout, columns: readonly string[]): Mapping {
  const byName = new Map(Object.entries(layout.columns).map(([name, target]) => [folded(name), [target].flat()]));
  const there = new Set([...settableFields(layout.entity).map(({ field }) => field), "given", "family"]);
  // What is common to a system's files may have no place in one kind of record.
  const targets = (column: string): readonly Target[] =>
    (byName.get(folded(column)) ?? [own()]).map((target) =>
      (target.to === "field" || target.to === "ref") && !there.has(target.field ?? "") ? own() : target,
    );
  return {
    layout: layout.id,
    system: layout.system,
    entity: layout.entity,
    columns: Object.fromEntries(columns.map((column) => [column, targets(column)])),
    ...(layout.defaults ? { defaults: layout.defaults } : {}),
    ...(layout.requires ? { requires: layout.requires } : {}),
    ...(layout.besides
      ? { besides: { column: layout.besides.column, mapping: mappingOf(layout.besides.layout, columns) } }
      : {}),
    ...(layout.decimal ? { decimal: layout.decimal } : {}),
    ...(layout.dates ? { dates: layout.dates } : {}),
  };
}

const systemOf = (name: string): string =>
  folded(name).normalize("NFKD").replaceAll(/[^a-z0-9]+/g, "-").replaceAll(/^-+|-+$/g, "").slice(0, 40) || "file"; // prettier-ignore

/** A table whose columns are called as our fields are, such as our own export. */
function ownExport(table: Pick<ReadTable, "name" | "columns">): Mapping | null {
  const name = entityOfPlural(table.name.split(/[-_ .]/)[0] ?? "") ?? entityOfPlural(table.name) ?? null;
  if (!name || !table.columns.some((column) => column === "id" || column === "key")) return null;
  const fields = new Map(settableFields(name).map((one) => [one.field, one.ref]));
  const target = (column: string): Target => {
    if (column === "id" || column === "key") return key;
    if (column === "anchor") return account("key");
    if (column === "createdAt") return made;
    if (column === "createdBy") return maker("key");
    if (["compartment", "account", "exportedFor", "source", "unresolved"].includes(column)) return leave;
    if (["custom", "lines"].includes(entity(name).fields[column]?.type ?? "")) return { to: "json", field: column };
    const of = fields.get(column);
    return of === undefined ? own() : of ? ref(column, of) : { ...f(column), minor: true };
  };
  return { layout: "baton", system: "baton", entity: name, columns: Object.fromEntries(table.columns.map((column) => [column, [target(column)]])) }; // prettier-ignore
}

const words: Partial<Record<EntityName, Readonly<Record<string, Target>>>> = {
  contact: {
    "first name": f("given"), "given name": f("given"), vorname: f("given"), 名: f("given"), "last name": f("family"), surname: f("family"), "family name": f("family"), nachname: f("family"), 姓: f("family"),
    name: f("name"), "full name": f("name"), "contact name": f("name"), 姓名: f("name"), company: account("name"), organization: account("name"), organisation: account("name"), account: account("name"), "account name": account("name"), "company name": account("name"), firma: account("name"), 公司: account("name"),
    email: f("email"), "e mail": f("email"), "email address": f("email"), 邮箱: f("email"), phone: f("phone"), "phone number": f("phone"), telephone: f("phone"), telefon: f("phone"), 电话: f("phone"), mobile: f("mobile"), 手机: f("mobile"),
    title: f("title"), "job title": f("title"), position: f("title"), 职位: f("title"), department: f("department"), birthday: f("birthday"), notes: f("description"), note: f("description"), owner: owner(), source: f("leadSource"),
  },
  account: {
    name: f("name"), company: f("name"), "company name": f("name"), "account name": f("name"), account: f("name"), organisation: f("name"), organization: f("name"), customer: f("name"), firma: f("name"), 公司: f("name"), 客户名称: f("name"),
    type: f("type"), industry: f("industry"), 行业: f("industry"), phone: f("phone"), telephone: f("phone"), 电话: f("phone"), website: f("website"), url: f("website"), street: f("street"), address: f("street"), 地址: f("street"), city: f("city"), ort: f("city"), 城市: f("city"), state: f("state"), region: f("state"),
    postcode: f("postcode"), zip: f("postcode"), "postal code": f("postcode"), plz: f("postcode"), country: f("country"), land: f("country"), 国家: f("country"), employees: f("employees"), revenue: f("annualRevenueMinor"), "annual revenue": f("annualRevenueMinor"), currency: f("currency"), description: f("description"), notes: f("description"), owner: owner(), 负责人: owner(),
  },
  opportunity: {
    name: f("name"), opportunity: f("name"), "opportunity name": f("name"), deal: f("name"), "deal name": f("name"), title: f("name"), account: account("name"), company: account("name"), customer: account("name"), "account name": account("name"), amount: f("amountMinor"), value: f("amountMinor"), currency: f("currency"),
    stage: ref("stage", "stage", "name"), pipeline: ref("pipeline", "pipeline", "name"), "close date": f("closeDay"), "closing date": f("closeDay"), owner: owner(), "next step": f("nextAction"),
  },
}; // prettier-ignore
const common: Readonly<Record<string, Target>> = { id: key, "record id": key, key, "created at": made, created: made, "create date": made, "created on": made, "created by": maker(), anchor: account("key"), compartment: leave }; // prettier-ignore

/** By what people call columns: the kind of record that knows most of them. */
function guess(table: Pick<ReadTable, "name" | "columns">): Mapping {
  const known = (name: EntityName, column: string): Target | undefined => words[name]?.[plain(column)] ?? common[plain(column)] ?? byField(name, column); // prettier-ignore
  const scored = (["contact", "account", "opportunity"] as const)
    .map((name) => ({ name, score: table.columns.filter((column) => known(name, column)).length + (hasName(name) ? 0.5 : -5) }))
    .sort((a, b) => b.score - a.score);
  function hasName(name: EntityName): boolean {
    const to = table.columns.map((column) => known(name, column)).filter((target) => target?.to === "field").map((target) => target?.field);
    return to.includes("name") || (name === "contact" && (to.includes("family") || to.includes("given") || to.includes("email")));
  }
  return guessAs(table, scored[0]?.name ?? "contact");
} // prettier-ignore

const byField = (name: EntityName, column: string): Target | undefined => {
  const field = settableFields(name).find((one) => plain(one.field.replaceAll(/([A-Z])/g, " $1")) === plain(column));
  if (!field) return undefined;
  if (field.field !== column) return field.ref ? ref(field.field, field.ref, "name") : f(field.field);
  return field.ref ? ref(column, field.ref) : { ...f(column), minor: true }; // called just as we call it
};

/** The same as a kind that somebody chose. */
export function guessAs(table: Pick<ReadTable, "name" | "columns">, name: EntityName): Mapping {
  const taken = new Set<string>();
  const target = (column: string): Target => {
    const found = words[name]?.[plain(column)] ?? common[plain(column)] ?? byField(name, column);
    const at = found && `${found.to}.${found.field ?? ""}`;
    if (!found || at === undefined || taken.has(at)) return own();
    taken.add(at);
    return found;
  };
  return { layout: "guess", system: systemOf(table.name), entity: name, columns: Object.fromEntries(table.columns.map((column) => [column, [target(column)]])) }; // prettier-ignore
}

/** Parents before children, so that references lead somewhere. */
const order: readonly EntityName[] = ["team", "region", "member", "pipeline", "stage", "product", "queue", "service_level", "account", "contact", "lead", "opportunity", "case", "handoff", "task", "activity", "section", "comment", "file", "approval", "account_team"]; // prettier-ignore
export const inOrder = <T extends { readonly entity: EntityName }>(list: readonly T[]): T[] =>
  list.toSorted((a, b) => order.indexOf(a.entity) - order.indexOf(b.entity));

export const isKnownEntity = (text: string): EntityName | null =>
  entityOfPlural(text) ?? (isEntity(text) && entity(text) ? text : null);
