import Building from "lucide-solid/icons/building";
import CalendarCheck from "lucide-solid/icons/calendar-check";
import HandOver from "lucide-solid/icons/arrow-right-left";
import LifeBuoy from "lucide-solid/icons/life-buoy";
import UserPlus from "lucide-solid/icons/user-plus";
import Users from "lucide-solid/icons/users";
import type { Component } from "solid-js";
import SquareKanban from "lucide-solid/icons/square-kanban";
import { paths } from "../paths.ts";

/**
 * The screens of the product in the order of the sidebar. On a phone those `inBar` stand in the bottom bar, left of the
 * plus or right of it by their order; the others in *More*.
 */
export interface Place {
  readonly id: "today" | "accounts" | "contacts" | "leads" | "pipeline" | "cases" | "handoffs";
  readonly path: string;
  readonly icon: Component<{ readonly size?: number }>;
  /** The address stands for itself alone, not for what is below it. */
  readonly end?: boolean;
  readonly inBar?: boolean;
}

export const places: readonly Place[] = [
  { id: "today", path: paths.today, icon: CalendarCheck, end: true, inBar: true },
  { id: "accounts", path: paths.accounts, icon: Building, inBar: true },
  { id: "contacts", path: paths.contacts, icon: Users },
  { id: "leads", path: paths.leads, icon: UserPlus },
  { id: "pipeline", path: paths.pipeline, icon: SquareKanban, inBar: true },
  { id: "cases", path: paths.cases, icon: LifeBuoy },
  { id: "handoffs", path: paths.handoffs, icon: HandOver },
];
