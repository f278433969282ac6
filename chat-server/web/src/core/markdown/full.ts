/**
 * Bold, italic, strike, code, links, quotes, lists. Everything else that Markdown knows (headings,
 * tables, pictures, HTML, reference definitions) stays the text it is.
 */
import { Marked, type Token, type Tokens } from "marked";
import type { Block, Inline } from "../markdown";
import { harmless, safeLink } from "../text";

const none = () => undefined;
const marked = new Marked({
  gfm: true,
  breaks: true,
  tokenizer: {
    heading: none,
    lheading: none,
    hr: none,
    html: none,
    tag: none,
    def: none,
    table: none,
    code: none,
    reflink: none,
  },
});

export function parse(text: string): Block[] {
  return blocks(marked.lexer(harmless(text)));
}

function blocks(tokens: readonly Token[]): Block[] {
  return tokens.flatMap((token): Block[] => {
    switch (token.type) {
      case "space":
        return [];
      case "code":
        return [{ is: "code", language: ((token as Tokens.Code).lang ?? "").split(/\s/)[0] ?? "", text: token.text }];
      case "blockquote":
        return [{ is: "quote", blocks: blocks(token.tokens ?? []) }];
      case "list": {
        const list = token as Tokens.List;
        const items = list.items.map((item) => blocks(item.tokens.filter(({ type }) => type !== "checkbox")));
        return [{ is: "list", ordered: list.ordered, start: Number(list.start) || 1, items }];
      }
      default:
        return [
          {
            is: "paragraph",
            inlines: inlines(token.type === "paragraph" || token.type === "text" ? token : null, token.raw),
          },
        ];
    }
  });
}

function inlines(parent: Token | null, raw: string): Inline[] {
  const tokens = parent && "tokens" in parent ? parent.tokens : undefined;
  if (!tokens) return [{ is: "text", text: raw }];
  return join(tokens.flatMap(inline));
}

function inline(token: Token): Inline[] {
  switch (token.type) {
    case "strong":
    case "em":
    case "del":
      return [{ is: token.type, inlines: inlines(token, token.raw) }];
    case "codespan":
      return [{ is: "code", text: token.text }];
    case "br":
      return [{ is: "break" }];
    case "link":
      return safeLink(token.href) ? [{ is: "link", href: token.href, inlines: inlines(token, token.raw) }] : raw(token);
    case "escape":
      return [{ is: "text", text: token.text }];
    case "text":
      return "tokens" in token && token.tokens ? inlines(token, token.raw) : [{ is: "text", text: token.text }];
    default:
      return raw(token);
  }
}

const raw = (token: Token): Inline[] => [{ is: "text", text: token.raw }];

/** Neighbouring texts are one, so that a name in them is found whole. */
function join(list: Inline[]): Inline[] {
  const out: Inline[] = [];
  for (const item of list) {
    const last = out.at(-1);
    if (item.is === "text" && last?.is === "text") last.text += item.text;
    else out.push(item);
  }
  return out;
}
