import { brotliCompressSync } from "node:zlib";
import { fileURLToPath } from "node:url";
import { build, type Rolldown } from "vite";
import { expect, it, vi } from "vitest";

/**
 * What the browser may load before somebody can chat, in bytes, compressed as the server sends it: the page, its
 * styles, and its script with all that this imports at once. It only ever becomes less.
 */
const BUDGET = 70_000;

it("the first load keeps within its budget; what is over it belongs behind an import()", async () => {
  // Under another name the build holds what helps developers.
  vi.stubEnv("NODE_ENV", "production");
  const root = fileURLToPath(new URL("..", import.meta.url));
  const built = (await build({ root, logLevel: "error", build: { write: false } })) as Rolldown.RolldownOutput;
  const chunks = new Map(
    built.output.flatMap((file) => (file.type === "chunk" ? [[file.fileName, file] as const] : [])),
  );
  const first = new Set<string>();
  const load = (name: string): void => {
    if (first.has(name)) return;
    first.add(name);
    chunks.get(name)?.imports.forEach(load);
  };
  for (const chunk of chunks.values()) if (chunk.isEntry) load(chunk.fileName);
  const files = built.output.filter((file) =>
    file.type === "chunk" ? first.has(file.fileName) : /^index.*\.html$|^assets\/index.*\.css$/.test(file.fileName),
  );
  const sizes = files.map((file) => {
    const source = file.type === "chunk" ? file.code : file.source;
    return [file.fileName.replace(/-.*\./, "."), brotliCompressSync(source).length] as const;
  });
  const names = sizes.map(([name]) => name);
  expect(names).toEqual(expect.arrayContaining(["assets/index.css", "assets/index.js", "index.html"]));
  // What the script imports at once counts, too.
  expect(names.length).toBeGreaterThan(3);
  const total = sizes.reduce((sum, [, size]) => sum + size, 0);
  expect(total, JSON.stringify(sizes)).toBeLessThanOrEqual(BUDGET);
}, 60_000);
