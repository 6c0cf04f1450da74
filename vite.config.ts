/**
 * The web client's build (web/ -> dist/web) and the test projects.
 *
 * Pages are static assets that never pass the Worker, so their security headers are written here, into the
 * `_headers` file that the asset server reads. `CRM_CONNECT` names the origins of the organisation's other cells.
 */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-plugin";
import { VitePWA } from "vite-plugin-pwa";
import solid from "vite-plugin-solid";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

/** The paths that belong to the Worker; the same four stand in wrangler.toml. */
const workerPaths = [/^\/api\//, /^\/sync\//, /^\/rooms\//, /^\/openapi\.json$/];

/**
 * `require-trusted-types-for 'script'` forbids two assignments in libraries that bring no policy of their own:
 * Solid's `template()` sets innerHTML, and workbox-window registers the service worker by a plain string. Each gets
 * a policy for just that place: Solid's strings are constants of our build, and the only worker is `/sw.js`.
 * The build fails if a library no longer has exactly one such place.
 */
function trustedTypes(): Plugin {
  const policy = (name: string, rule: string) =>
    `const ${name} = globalThis.trustedTypes?.createPolicy(${rule}) ?? { createHTML: (s) => s, createScriptURL: (s) => s };\n`;
  const places = [
    {
      file: /solid-js\/web\/dist\/(web|dev)\.js/,
      place: /t\.innerHTML = html;/g,
      wrapped: "t.innerHTML = solidPolicy.createHTML(html);",
      policy: policy("solidPolicy", "'solid', { createHTML: (s) => s }"),
    },
    {
      file: /workbox-window\/build\/.*\.mjs/,
      place: /navigator\.serviceWorker\.register\(([\w.]+),/g,
      wrapped: "navigator.serviceWorker.register(workerPolicy.createScriptURL($1),",
      policy: policy(
        "workerPolicy",
        "'service-worker', { createScriptURL: (s) => { if (s !== '/sw.js') throw new TypeError(s); return s; } }",
      ),
    },
  ];
  return {
    name: "trusted-types",
    enforce: "pre",
    transform: {
      filter: { id: places.map(({ file }) => file) },
      handler(code, id) {
        const found = places.find(({ file }) => file.test(id));
        if (!found) return null;
        if (code.match(found.place)?.length !== 1)
          this.error(`${id} looks different; see trustedTypes in vite.config.ts`);
        return { code: found.policy + code.replace(found.place, found.wrapped), map: null };
      },
    },
  };
}

/** Writes `_headers`: the content security policy with the hashes of the page's inline scripts, and its companions. */
function securityHeaders(connect: string): Plugin {
  return {
    name: "security-headers",
    apply: "build",
    enforce: "post",
    generateBundle(_options, bundle) {
      const page = bundle["index.html"];
      if (page?.type !== "asset") this.error("index.html is not in the bundle");
      const html = typeof page.source === "string" ? page.source : new TextDecoder().decode(page.source);
      const hashes = [...html.matchAll(/<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g)].map(
        ([, body]) =>
          `'sha256-${createHash("sha256")
            .update(body ?? "")
            .digest("base64")}'`,
      );
      const policy = [
        "default-src 'none'",
        ["script-src 'self'", ...hashes].join(" "),
        "style-src 'self'",
        "font-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "img-src 'self' blob:",
        ["connect-src 'self'", connect].filter(Boolean).join(" "),
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types solid service-worker search-worker ProseMirrorClipboard",
      ].join("; ");
      this.emitFile({
        type: "asset",
        fileName: "_headers",
        source: `/*
  Content-Security-Policy: ${policy}
  X-Content-Type-Options: nosniff
  Referrer-Policy: no-referrer
  Cross-Origin-Opener-Policy: same-origin
  Permissions-Policy: camera=(), microphone=(), geolocation=()
/assets/*
  Cache-Control: public, max-age=31536000, immutable
`,
      });
    },
  };
}

/** Keys for tests only; `npm start` makes its own, a deployed cell gets its own as secrets. */
const testKeys = {
  AUTH_SECRET: "test-auth-secret-0123456789abcdef0123456789abcdef",
  CURSOR_KEY: "dGVzdC1jdXJzb3Ita2V5LTAxMjM0NTY3ODlhYmNkZWY=",
  SIGNING_KEY:
    '{"kty":"EC","crv":"P-256","x":"CrVQc5u_TH4KX8eTLa3Xdw1RrxxKecCzEFHLM06eZYA","y":"MOL5iER_CTKzAXsye87jg_9H__GoqT3vl72ebxKXDCw","d":"3588XzqRXa_flk3hKd4_6ky34spkuTfA7_bqfumKy-U"}',
};

/** One more than the smallest machine has cores. */
const maxWorkers = 3;
/** Of browser walks no more than cores: each brings a browser and a cell, and a walk that starves runs out of its time. */
const walksAtOnce = 2;

const here = (path: string) => new URL(path, import.meta.url).pathname;

export default defineConfig({
  root: here("web"),
  publicDir: here("web/public"),
  cacheDir: here("node_modules/.cache/vite"),
  plugins: [
    trustedTypes(),
    solid(),
    VitePWA({
      strategies: "generateSW",
      registerType: "prompt",
      injectRegister: false,
      manifest: {
        name: "Baton",
        short_name: "Baton",
        description: "Shared accounts, written together",
        start_url: "/",
        display: "standalone",
        theme_color: "#ffffff",
        background_color: "#ffffff",
        icons: [
          { src: "/icon.svg", sizes: "any", type: "image/svg+xml", purpose: "any" },
          { src: "/icon-192.png", sizes: "192x192", type: "image/png" },
          { src: "/icon-512.png", sizes: "512x512", type: "image/png", purpose: "any maskable" },
        ],
      },
      workbox: {
        // The editor's chunk is in: notes must open offline. Of the font only Latin is; another subset stays once
        // a page has needed it.
        globPatterns: ["**/*.{js,css,html,svg,png,woff2}"],
        // What a note was needs a network, and so do who wrote it, the first admin and the steward; how to paste comes
        // with the first note to write in.
        globIgnores: [
          "**/inter-{latin-ext,cyrillic,greek,vietnamese}*.woff2",
          "**/{versions,wrote,pasted,claim}-*.{js,css}",
        ],
        runtimeCaching: [
          {
            urlPattern: /\/assets\/[^/]+\.woff2$/,
            handler: "CacheFirst",
            options: { cacheName: "fonts", expiration: { maxEntries: 20 } },
          },
          {
            urlPattern: /\/assets\/pasted-[^/]+\.js$/,
            handler: "CacheFirst",
            options: { cacheName: "paste", expiration: { maxEntries: 2 } },
          },
        ],
        navigateFallback: "/index.html",
        navigateFallbackDenylist: workerPaths,
        cleanupOutdatedCaches: true,
        // importScripts() is a Trusted Types sink too: the worker is one file.
        inlineWorkboxRuntime: true,
        maximumFileSizeToCacheInBytes: 1_200_000,
      },
    }),
    securityHeaders(process.env["CRM_CONNECT"] ?? ""),
  ],
  build: {
    outDir: here("dist/web"),
    emptyOutDir: true,
    target: "es2023",
    // Vite's preload polyfill and small inlined assets would need looser headers (data: images).
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // What every page needs is one file: 33 small ones are more round trips, and compress worse.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: "shell", tags: ["$initial"] }] } } },
    reportCompressedSize: false,
  },
  worker: { format: "es" },
  server: {
    proxy: Object.fromEntries(
      ["/api", "/sync", "/rooms", "/openapi.json"].map((path) => [path, { target: "http://localhost:8787", ws: true }]),
    ),
  },
  test: {
    maxWorkers,
    projects: [
      {
        extends: false,
        root: here("."),
        test: {
          maxWorkers,
          name: "unit",
          environment: "node",
          testTimeout: 30_000,
          include: [
            "shared/**/*.test.ts",
            "web/**/*.test.ts",
            "worker/**/*.test.ts",
            "tests/*.test.ts",
            "tests/{policy,contract}/**/*.test.ts",
            "demo/**/*.test.ts",
            "scripts/**/*.test.ts",
          ],
        },
      },
      {
        extends: false,
        root: here("."),
        plugins: [solid()],
        resolve: { conditions: ["development", "browser"] },
        test: { maxWorkers, name: "web", environment: "jsdom", testTimeout: 30_000, include: ["web/**/*.test.tsx"] },
      },
      {
        extends: false,
        root: here("."),
        plugins: [
          cloudflareTest(async () => ({
            wrangler: { configPath: here("wrangler.toml") },
            miniflare: {
              bindings: {
                DEMO: "1",
                ...testKeys,
                ...(process.env["RECORD"] ? { RECORD: "1" } : {}), // tests/worker/traffic.test.ts
                TEST_MIGRATIONS: existsSync(here("migrations")) ? await readD1Migrations(here("migrations")) : [],
              },
            },
          })),
        ],
        test: {
          maxWorkers,
          name: "worker",
          testTimeout: 30_000,
          include: ["tests/worker/**/*.test.ts"],
          setupFiles: [here("tests/worker/setup.ts")],
        },
      },
      {
        extends: false,
        root: here("."),
        test: {
          maxWorkers: walksAtOnce,
          sequence: { groupOrder: 1 },
          name: "e2e",
          environment: "node",
          include: ["tests/e2e/**/*.test.ts"],
          testTimeout: 150_000,
          hookTimeout: 90_000,
          // A shared machine of two cores loses a click now and then. What passed only then is named at the end.
          retry: process.env["CI"] ? 2 : 0,
          globalSetup: here("tests/e2e/setup.ts"),
        },
      },
      {
        extends: false,
        root: here("."),
        resolve: { alias: { "cloudflare:workers": here("tests/sim/workers.ts") } }, // for the hub, over SQLite
        test: {
          maxWorkers,
          name: "sim",
          environment: "node",
          include: ["tests/sim/**/*.test.ts"],
          testTimeout: 120_000,
        },
      },
    ],
  },
});
