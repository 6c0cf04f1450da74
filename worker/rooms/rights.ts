import { hasSchema } from "../../shared/sections/kinds.ts";
import type { RoomRights, SectionFacts } from "./authority.ts";
import type { Address, Mode } from "./protocol.ts";

/** Who sits at a socket. Made by the Worker from the session, or by a ticket; never from what a client says. */
export interface Principal {
  readonly member: string;
  readonly session: string;
  /** False for a token that may only read. */
  readonly writes: boolean;
  readonly directory: number;
  /** Until when the session is taken as proven without asking again. */
  readonly exp: number;
}

export interface Granted {
  readonly facts: SectionFacts;
  readonly mode: Mode;
}

/** The one question of a room: what may this seat do with this section in this generation, opened by an editor of this schema number? */
export function grantedTo(
  rights: RoomRights | null,
  principal: Principal,
  named: Address,
  schema: number,
): Granted | null {
  const facts = rights?.sections.get(named.section);
  if (!rights || !facts || !rights.liveSessions.has(principal.session) || facts.gen !== named.gen) return null;
  const mode = rights.modes(principal.member).get(named.section);
  if (!mode) return null;
  const current = !hasSchema(facts.kind) || (facts.schema >= 1 && schema >= facts.schema);
  return { facts, mode: mode === "write" && principal.writes && current ? "write" : "read" };
}

/** True when what is known may no longer be acted on: asked too long ago, a right has ended, or a session is to be proven again. */
export function mustAsk(
  rights: RoomRights | null,
  readAt: number,
  keepMs: number,
  principal: Principal | null,
  at: number,
): boolean {
  if (!rights || at >= readAt + keepMs) return true;
  if (rights.nextEnd !== null && at >= rights.nextEnd) return true;
  return principal !== null && at >= principal.exp && readAt < principal.exp;
}
