import { lazy, Suspense, type JSX } from "solid-js";
import type { NothingProps } from "./nothing-real.tsx";

const RealNothing = lazy(async () => ({ default: (await import("./nothing-real.tsx")).RealNothing }));

/** One sentence why a list is empty, and what leads on from there. Its words come when a list is. */
export const Nothing = (props: NothingProps): JSX.Element => (
  <Suspense>
    <RealNothing {...props} />
  </Suspense>
);
