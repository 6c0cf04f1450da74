/** Files as text, by Vite: tests in workerd have no file system. */
declare module "*?raw" {
  const text: string;
  export default text;
}
