import { lazy, Show, Suspense, type JSX, type ParentProps } from "solid-js";

export type DialogProps = ParentProps<{
  readonly open: boolean;
  readonly onClose: () => void;
  readonly title: string;
  /** A panel at the side instead of the middle. */
  readonly side?: boolean;
  /** For much that is read across. */
  readonly wide?: boolean;
  /** On a phone the whole screen. */
  readonly full?: boolean;
  readonly actions?: JSX.Element;
}>;
const RealDialog = lazy(async () => ({ default: (await import("./dialog-real.tsx")).RealDialog }));

/** A dialog in the middle, or a panel at the side; on a phone both are sheets from below. Fetched when first opened. */
export function Dialog(props: DialogProps): JSX.Element {
  return (
    <Show when={props.open}>
      <Suspense>
        <RealDialog {...props} />
      </Suspense>
    </Show>
  );
}
