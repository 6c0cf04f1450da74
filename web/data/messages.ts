/** What reaches this tab from outside besides pages: pokes, and other tabs of the same member. */
import * as z from "zod/mini";
import type { HubMessage } from "../../shared/sync/protocol.ts";
import type { Write } from "./disk.ts";

const hub = z.object({ t: z.enum(["poke", "cut", "none"]) });
export function hubMessage(data: unknown): HubMessage | null {
  if (typeof data !== "string") return null;
  try {
    const parsed = hub.safeParse(JSON.parse(data));
    return parsed.success ? parsed.data : null;
  } catch {
    return null; // not ours
  }
}

/** Between tabs of one origin and one build; numbered by the commit, so that a missed one shows. */
export type TabMessage =
  | { readonly t: "patch"; readonly rev: number; readonly writes: readonly Write[] }
  | { readonly t: "kick" } // something was queued: the leader sends it
  | { readonly t: "ping"; readonly seen: boolean } // whether somebody looks at this tab
  | { readonly t: "pong" }
  | { readonly t: "net"; readonly net: Net }
  | { readonly t: "lost" } // the leader's disk is gone: nobody else may number mutations
  | { readonly t: "forget" }; // signed out: close, the database goes
export type Net = "idle" | "sending" | "offline" | "signed_out" | "update_needed";
