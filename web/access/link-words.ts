import { partOf } from "../i18n/part.ts";

/** Few, and fetched with the sidebar: apart from the screens that they lead to. */
export const link = partOf({ "link.access": "Access", "link.audit": "Audit" }, { "link.access": "权限", "link.audit": "审计" }); // prettier-ignore
