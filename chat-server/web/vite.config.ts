import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { brotliCompressSync } from "node:zlib";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

const { version } = JSON.parse(readFileSync(here("./package.json"), "utf8")) as { version: string };

/** The server that the development page talks to. */
const server = process.env.CHAT_URL ?? "http://127.0.0.1:3000";
const proxy = {
  "/socket.io": { target: server, ws: true },
  "/api": { target: server },
};

/** What the server sends with the page; the preview sends it too, so that a breach is seen early. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; " +
  "connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/** Compresses once, at build time, what the server then sends as it is to browsers that take it. */
const compress: Plugin = {
  name: "compress",
  apply: "build",
  generateBundle: {
    // After all others: Vite itself writes into the chunks until its own last step.
    order: "post",
    handler(_, bundle) {
      for (const file of Object.values(bundle)) {
        const source = Buffer.from(file.type === "chunk" ? file.code : file.source);
        if (source.length < 500) continue;
        this.emitFile({ type: "asset", fileName: `${file.fileName}.br`, source: brotliCompressSync(source) });
      }
    },
  },
};

/** Parts of Svelte that the first load has in its index, but only what comes behind it uses. */
const BEHIND = /svelte\/src\/internal\/client\/dom\/(elements\/bindings\/(input|select)|blocks\/await)\.js$/;

export default defineConfig({
  plugins: [svelte(), compress],
  define: { __VERSION__: JSON.stringify(version) },
  resolve: {
    alias: {
      "@proto": here("../../chat-proto/gen/proto.ts"),
      "@late": here("../../chat-proto/gen/late.ts"),
    },
  },
  server: { proxy, fs: { allow: [here("."), here("../../chat-proto/gen")] } },
  preview: { proxy, headers: { "content-security-policy": policy } },
  build: {
    target: "es2022",
    // A data: URL or an inlined module would need a wider policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 400,
    rolldownOptions: {
      treeshake: {
        // None of these does anything by being imported; their packages do not say so.
        moduleSideEffects: [
          { test: /node_modules\/(svelte\/src\/internal\/client|(socket|engine)\.io-)/, sideEffects: false },
        ],
      },
      output: {
        // The first load is one file: several compress worse.
        codeSplitting: {
          groups: [{ name: "first", tags: ["$initial"], test: (id) => !BEHIND.test(id) }],
          includeDependenciesRecursively: false,
        },
      },
    },
  },
  // No test measures time: one that takes so long hangs.
  test: { include: ["test/**/*.test.ts"], environment: "node", testTimeout: 60_000 },
});
