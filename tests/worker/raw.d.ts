/** Files as text, by Vite: tests in workerd have no file system. */
interface ImportMeta {
  glob(
    pattern: string,
    options: { readonly query: "?raw"; readonly import: "default"; readonly eager: true },
  ): Readonly<Record<string, string>>;
  /** A module of the other side, whose types Node and the DOM need; whoever asks says its shape. */
  glob<T>(pattern: string): Readonly<Record<string, () => Promise<T>>>;
}
/** The one thing of Node that a test in workerd asks for; @types/node and the Workers types contradict each other. */
declare module "node:async_hooks" {
  export const AsyncLocalStorage: { readonly prototype: { disable(): void } };
}
