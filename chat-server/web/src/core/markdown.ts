/**
 * The Markdown of messages, as a tree. Most messages have none: those are read here. The whole
 * reader, `markdown/full.ts`, is loaded with the first message that needs it.
 */
import { harmless } from "./text";

export type Block =
  | { is: "paragraph"; inlines: Inline[] }
  | { is: "code"; language: string; text: string }
  | { is: "quote"; blocks: Block[] }
  | { is: "list"; ordered: boolean; start: number; items: Block[][] };

export type Inline =
  | { is: "text"; text: string }
  | { is: "strong" | "em" | "del"; inlines: Inline[] }
  | { is: "code"; text: string }
  | { is: "link"; href: string; inlines: Inline[] }
  | { is: "break" };

/** Whatever could be Markdown, or a link. */
const MARKS = /[*_~`[\\]|:\/\/|www\.|mailto:|\S@\S+\.\S|^\s*(?:>|[-+]\s|\d+[.)]\s)/im;

/** The tree of a text without Markdown, or null for one that needs the whole reader. */
export function plain(text: string): Block[] | null {
  return MARKS.test(text) ? null : bare(text);
}

/** The text as it stands, in paragraphs. */
export function bare(text: string): Block[] {
  const paragraphs = harmless(text)
    .split(/\n[ \t]*\n\s*/)
    .map((paragraph) => paragraph.replace(/^\n+|\n+$/g, ""))
    .filter((paragraph) => paragraph !== "");
  return paragraphs.map((paragraph) => ({
    is: "paragraph",
    inlines: paragraph
      .split("\n")
      .flatMap((line, index): Inline[] => [...(index ? [{ is: "break" as const }] : []), { is: "text", text: line }]),
  }));
}
