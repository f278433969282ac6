/** Highlighted code as pieces with a class each. The highlighter and each language load when first needed. */
import type { HLJSApi, LanguageFn } from "highlight.js";

export interface Piece {
  text: string;
  scope: string;
}

type Load = () => Promise<{ default: LanguageFn }>;

const LANGUAGES: Record<string, Load> = {
  bash: () => import("highlight.js/lib/languages/bash"),
  c: () => import("highlight.js/lib/languages/c"),
  cpp: () => import("highlight.js/lib/languages/cpp"),
  csharp: () => import("highlight.js/lib/languages/csharp"),
  css: () => import("highlight.js/lib/languages/css"),
  diff: () => import("highlight.js/lib/languages/diff"),
  dockerfile: () => import("highlight.js/lib/languages/dockerfile"),
  go: () => import("highlight.js/lib/languages/go"),
  ini: () => import("highlight.js/lib/languages/ini"),
  java: () => import("highlight.js/lib/languages/java"),
  javascript: () => import("highlight.js/lib/languages/javascript"),
  json: () => import("highlight.js/lib/languages/json"),
  kotlin: () => import("highlight.js/lib/languages/kotlin"),
  lua: () => import("highlight.js/lib/languages/lua"),
  makefile: () => import("highlight.js/lib/languages/makefile"),
  markdown: () => import("highlight.js/lib/languages/markdown"),
  nix: () => import("highlight.js/lib/languages/nix"),
  php: () => import("highlight.js/lib/languages/php"),
  python: () => import("highlight.js/lib/languages/python"),
  ruby: () => import("highlight.js/lib/languages/ruby"),
  rust: () => import("highlight.js/lib/languages/rust"),
  sql: () => import("highlight.js/lib/languages/sql"),
  swift: () => import("highlight.js/lib/languages/swift"),
  typescript: () => import("highlight.js/lib/languages/typescript"),
  xml: () => import("highlight.js/lib/languages/xml"),
  yaml: () => import("highlight.js/lib/languages/yaml"),
};

const ALIASES: Record<string, string> = {
  "c++": "cpp",
  cs: "csharp",
  docker: "dockerfile",
  golang: "go",
  html: "xml",
  js: "javascript",
  jsx: "javascript",
  kt: "kotlin",
  make: "makefile",
  md: "markdown",
  py: "python",
  rb: "ruby",
  rs: "rust",
  sh: "bash",
  shell: "bash",
  svg: "xml",
  toml: "ini",
  ts: "typescript",
  tsx: "typescript",
  yml: "yaml",
  zsh: "bash",
};

let highlighter: Promise<HLJSApi> | undefined;

/** The pieces, or null for a language that is not known here. */
export async function highlight(text: string, named: string): Promise<Piece[] | null> {
  const lower = named.toLowerCase();
  const language = ALIASES[lower] ?? lower;
  const load = Object.hasOwn(LANGUAGES, language) ? LANGUAGES[language] : undefined;
  if (!load) return null;
  highlighter ??= import("highlight.js/lib/core").then(({ default: hljs }) => {
    hljs.configure({ __emitter: Emitter } as unknown as Parameters<HLJSApi["configure"]>[0]);
    return hljs;
  });
  const [hljs, { default: grammar }] = await Promise.all([highlighter, load()]);
  if (!hljs.getLanguage(language)) hljs.registerLanguage(language, grammar);
  const result = hljs.highlight(text, { language, ignoreIllegals: true });
  return (result._emitter as unknown as Emitter).pieces;
}

/** The highlighter's own way to give what it finds as something else than HTML. */
class Emitter {
  readonly pieces: Piece[] = [];
  private readonly scopes: string[] = [];

  addText(text: string): void {
    if (text) this.pieces.push({ text, scope: (this.scopes.at(-1) ?? "").split(".")[0] ?? "" });
  }

  startScope(scope: string): void {
    this.scopes.push(scope);
  }

  endScope(): void {
    this.scopes.pop();
  }

  openNode(scope: string): void {
    this.startScope(scope);
  }

  closeNode(): void {
    this.endScope();
  }

  /** A language within the language. */
  __addSublanguage(other: Emitter): void {
    this.pieces.push(...other.pieces);
  }

  finalize(): void {
    this.scopes.length = 0;
  }

  toHTML(): string {
    return "";
  }
}
