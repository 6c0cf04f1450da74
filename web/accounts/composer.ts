/** Opens the form on the timeline; its text takes the focus when it has come. */
export function focusComposer(): void {
  document.querySelector<HTMLElement>("[data-composer]")?.click();
  document.querySelector<HTMLElement>("[data-composer-text]")?.focus();
}
