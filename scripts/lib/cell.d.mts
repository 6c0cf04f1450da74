import type { ChildProcess } from "node:child_process";

export interface Cell {
  readonly url: string;
  readonly child: ChildProcess;
  readonly health: { readonly ok: boolean; readonly status: number; readonly body: string };
  readonly ended: Promise<unknown>;
  log(): string;
  stop(): Promise<void>;
  kill(): Promise<void>;
}
export function secret(stateDir: string, name: string): string | null;
export function migrationsMark(stateDir: string): string;
export function migrate(stateDir: string, env?: string): Promise<string | null>;
export function startCell(options: {
  stateDir: string;
  port: number;
  demo: boolean;
  env?: string | undefined;
  vars?: Record<string, string>;
  readyMs?: number;
}): Promise<Cell>;
