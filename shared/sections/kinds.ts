/**
 * What a section may be. A section is one co-edited Yjs document and the unit of permission: its title, key and
 * readers are a record like any other, its bytes live in the account's room (docs/spec/rooms.md).
 */
import type { Compartment } from "../records/compartments.ts";
import type { Row } from "../records/entities.ts";
import type { Group } from "../records/groups.ts";

interface Kind {
  /** Where such a section lives unless it is made elsewhere, and whose readers get its text. */
  readonly compartment: Compartment;
  readonly group: Group;
  /** `default`: rich text of the editor. `plain`: a Y.Text for tools and measurements, which no editor opens. */
  readonly root: "default" | "plain";
}

export const sectionKinds = {
  shared: { compartment: "core", group: "shared", root: "default" },
  "internal:sales": { compartment: "sales", group: "internal", root: "default" },
  "internal:service": { compartment: "service", group: "internal", root: "default" },
  "internal:finance": { compartment: "finance", group: "internal", root: "default" },
  handoff: { compartment: "handoff", group: "handoff", root: "default" },
  private: { compartment: "private", group: "private", root: "default" },
  scratch: { compartment: "core", group: "shared", root: "plain" },
} as const satisfies Record<string, Kind>;
export type SectionKind = keyof typeof sectionKinds;

export const isSectionKind = (text: string): text is SectionKind => Object.hasOwn(sectionKinds, text);

/** No editor opens a scratch section, so no editor's schema can damage it: it is written without a schema number. */
export const hasSchema = (kind: string): boolean => kind !== "scratch";

/**
 * Whose the tasks of a section's text are (SECTION-12): null is everyone who sees tasks there, else the readers of this
 * group alone. Undefined: there are none, because more members see the tasks around a handoff than its brief.
 */
export function taskGroup({ sectionKind: kind, group }: Row): string | null | undefined {
  if (kind === "handoff" || kind === "scratch" || typeof group !== "string") return undefined;
  return group === sectionKinds.shared.group || kind === "private" ? null : group; // whose private is, reads all of it
}
