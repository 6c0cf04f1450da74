/** Files as text, by Vite: tests in workerd have no file system. */
interface ImportMeta {
  glob(
    pattern: string,
    options: { readonly query: "?raw"; readonly import: "default"; readonly eager: true },
  ): Readonly<Record<string, string>>;
}
/** The one thing of Node that a test in workerd asks for; @types/node and the Workers types contradict each other. */
declare module "node:async_hooks" {
  export const AsyncLocalStorage: { readonly prototype: { disable(): void } };
}
