/** Words that are typed and not saved keep the page: closing the tab asks first. */
const holds = new Set<() => boolean>();

/** `isDirty` is asked when the page is about to go. Answers how to stop. */
export function holdPage(isDirty: () => boolean): () => void {
  if (holds.size === 0) addEventListener("beforeunload", ask);
  holds.add(isDirty);
  return () => {
    holds.delete(isDirty);
    if (holds.size === 0) removeEventListener("beforeunload", ask);
  };
}
function ask(event: BeforeUnloadEvent): void {
  for (const isDirty of holds) if (isDirty()) return event.preventDefault();
}
