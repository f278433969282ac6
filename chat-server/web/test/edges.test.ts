import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../src", import.meta.url));
const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((path) => /\.(ts|svelte)$/.test(path));
const source = (path: string) => readFileSync(join(root, path), "utf8").replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");

/** From where each folder may import, and why not from elsewhere. */
const MAY: Record<string, { folders: string[]; packages: RegExp; why: string }> = {
  core: {
    folders: ["core"],
    packages: /^(@proto|@late|marked)$/,
    why: "the core decides; what it wants done is an effect",
  },
  rim: {
    folders: ["core", "rim"],
    packages: /^(@proto|socket\.io-client)$/,
    why: "the rim does; the view reads from it",
  },
};

describe("the folders of the page", () => {
  for (const [folder, { folders, packages, why }] of Object.entries(MAY)) {
    it(`${folder}/ imports from ${folders.join(" and ")} alone`, () => {
      const strangers = files
        .filter((path) => path.startsWith(`${folder}/`))
        .flatMap((path) => [...source(path).matchAll(/from "([^"]+)"/g)].map((found) => ({ path, name: found[1]! })))
        .filter(({ path, name }) => {
          if (!name.startsWith(".")) return !packages.test(name);
          const target = relative(root, join(root, dirname(path), name));
          return !folders.includes(target.split("/")[0]!);
        });
      expect(strangers, why).toEqual([]);
    });
  }

  it("core/ has neither clock, chance nor browser: they come in with the events", () => {
    const forbidden =
      /\b(?:Date\.now|performance\.now|Math\.random|crypto|setTimeout|setInterval|fetch|localStorage|document|window)\b(?!["'`:])/;
    const found = files
      .filter((path) => path.startsWith("core/"))
      .flatMap((path) => (forbidden.exec(source(path)) ?? []).map((word) => `${path}: ${word}`));
    expect(found).toEqual([]);
  });

  it("no text of others becomes markup", () => {
    const found = files.filter((path) => /@html|innerHTML|outerHTML|insertAdjacentHTML/.test(source(path)));
    expect(found).toEqual([]);
  });
});
