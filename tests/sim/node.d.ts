/** The little of Node that the simulation uses. @types/node and the Workers types, both in one program, contradict each other. */
declare module "node:sqlite" {
  export type SQLInputValue = string | number | bigint | null | Uint8Array;
  export interface StatementSync {
    all(...values: SQLInputValue[]): unknown[];
  }
  export class DatabaseSync {
    constructor(path: string);
    exec(sql: string): void;
    prepare(sql: string): StatementSync;
    close(): void;
  }
}
declare module "node:fs" {
  export function readdirSync(path: string): string[];
  export function readFileSync(path: string, encoding: "utf8"): string;
  export function writeFileSync(path: string, text: string): void;
  export function mkdtempSync(prefix: string): string;
  export function rmSync(path: string, options: { readonly recursive: true }): void;
}
declare module "node:module" {
  type Resolve = (name: string, context: object) => unknown;
  export function registerHooks(hooks: {
    readonly resolve: (name: string, context: object, next: Resolve) => unknown;
  }): void;
}
declare module "node:os" {
  export function tmpdir(): string;
}
declare module "node:path" {
  export function join(...parts: string[]): string;
}
interface ImportMeta {
  readonly dirname: string;
}
declare const process: {
  readonly argv: readonly string[];
  readonly env: { readonly [name: string]: string | undefined };
  exitCode: number | undefined;
  readonly stdout: { write(text: string): void };
};
declare module "node:crypto" {
  interface Cipher {
    setAAD(data: Uint8Array): void;
    update(data: Uint8Array): Uint8Array;
    final(): Uint8Array;
    getAuthTag(): Uint8Array;
    setAuthTag(tag: Uint8Array): void;
  }
  export function createCipheriv(name: string, key: Uint8Array, iv: Uint8Array): Cipher;
  export function createDecipheriv(name: string, key: Uint8Array, iv: Uint8Array): Cipher;
}
declare module "node:worker_threads" {
  export const isMainThread: boolean;
  export const workerData: unknown;
  export const parentPort: { postMessage(message: unknown): void } | null;
  export class Worker {
    constructor(file: string, options: { readonly workerData: unknown; readonly execArgv?: readonly string[] });
    on(event: "message", listener: (message: unknown) => void): void;
    on(event: "error", listener: (error: Error) => void): void;
    on(event: "exit", listener: () => void): void;
  }
}
