import "@fontsource-variable/inter/wght.css";
import "./ui/tokens.css";
import "./ui/base.css";
import { render } from "solid-js/web";
import { deviceLocale, setLocale } from "./i18n/i18n.ts";
import { Routes } from "./routes.tsx";
import { startServiceWorker } from "./shell/update.ts";

await setLocale(deviceLocale());
const root = document.getElementById("root");
if (!root) throw new Error("no #root in index.html");
render(() => <Routes />, root);
startServiceWorker().catch((error: unknown) => console.warn("service worker", error)); // the app works, only not offline
