import { createSignal } from "solid-js";

const [waiting, setWaiting] = createSignal<ServiceWorker | null>(null);
/** A newer version is here and waits to be let in. It never comes in by itself: someone may be typing. */
export const updateReady = (): boolean => waiting() !== null;

// The page policy forbids plain strings as script addresses; this one is a constant.
interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { readonly createScriptURL: (url: string) => string },
  ): { createScriptURL(url: string): string };
}
const { trustedTypes } = globalThis as { readonly trustedTypes?: TrustedTypes };
const policy = trustedTypes?.createPolicy("service-worker", { createScriptURL: (url) => url });
const script = "/sw.js";

/** Lets the app open without a network. Development pages have no service worker. */
export async function startServiceWorker(): Promise<void> {
  if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
  const url = policy?.createScriptURL(script) ?? script;
  const registration = await navigator.serviceWorker.register(url, { scope: "/" });
  const look = () => {
    if (registration.waiting && navigator.serviceWorker.controller) setWaiting(registration.waiting);
  };
  look();
  lookNow = () => void registration.update().catch(() => undefined); // no network: the next time will do
  registration.addEventListener("updatefound", () => registration.installing?.addEventListener("statechange", look));
  setInterval(() => lookNow(), 3_600_000);
}
let lookNow = (): void => undefined;
/** The edge does not speak this version any more: do not wait for the hour. What is found still waits to be let in. */
export const lookForUpdate = (): void => lookNow();
export function applyUpdate(): void {
  navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
  waiting()?.postMessage({ type: "SKIP_WAITING" });
}
