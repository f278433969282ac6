import { brotliCompressSync } from "node:zlib";
import { fileURLToPath } from "node:url";
import { build, type Rolldown } from "vite";
import { expect, it, vi } from "vitest";

/** What the browser loads before somebody can chat, compressed as the server sends it. */
const BUDGET = 70_000;

it("the first load keeps within its budget; what is over it belongs behind an import()", async () => {
  // Under another name the build holds what helps developers.
  vi.stubEnv("NODE_ENV", "production");
  const root = fileURLToPath(new URL("..", import.meta.url));
  const built = (await build({ root, logLevel: "error", build: { write: false } })) as Rolldown.RolldownOutput;
  const files = built.output.filter((file) =>
    file.type === "chunk" ? file.isEntry : /^index.*\.html$|^assets\/index.*\.css$/.test(file.fileName),
  );
  const sizes = files.map((file) => {
    const source = file.type === "chunk" ? file.code : file.source;
    return [file.fileName.replace(/-.*\./, "."), brotliCompressSync(source).length] as const;
  });
  expect(sizes.map(([name]) => name).sort()).toEqual(["assets/index.css", "assets/index.js", "index.html"]);
  const total = sizes.reduce((sum, [, size]) => sum + size, 0);
  expect(total, JSON.stringify(sizes)).toBeLessThanOrEqual(BUDGET);
}, 60_000);
