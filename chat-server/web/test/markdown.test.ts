import { describe, expect, it } from "vitest";
import { bare, plain, type Block, type Inline } from "../src/core/markdown";
import { parse } from "../src/core/markdown/full";

/** The tree in a short notation. */
function show(blocks: readonly Block[]): string {
  return blocks
    .map((block) => {
      if (block.is === "paragraph") return `p(${inline(block.inlines)})`;
      if (block.is === "code") return `code:${block.language}(${block.text})`;
      if (block.is === "quote") return `quote(${show(block.blocks)})`;
      return `${block.ordered ? `ol${block.start}` : "ul"}(${block.items.map(show).join("|")})`;
    })
    .join(" ");
}

function inline(list: readonly Inline[]): string {
  return list
    .map((item) => {
      if (item.is === "text") return item.text;
      if (item.is === "code") return `\`${item.text}\``;
      if (item.is === "break") return "⏎";
      if (item.is === "link") return `link<${item.href}>(${inline(item.inlines)})`;
      return `${item.is}(${inline(item.inlines)})`;
    })
    .join("");
}

describe("markdown", () => {
  it.each([
    ["plain", "p(plain)"],
    ["**b** *i* _i_ ~~s~~ `c`", "p(strong(b) em(i) em(i) del(s) `c`)"],
    ["one\ntwo", "p(one⏎two)"],
    ["one\n\ntwo", "p(one) p(two)"],
    ["```rust\nfn x() {}\n```", "code:rust(fn x() {})"],
    ["> quoted", "quote(p(quoted))"],
    ["- a\n- b", "ul(p(a)|p(b))"],
    ["3. a\n4. b", "ol3(p(a)|p(b))"],
    ["see https://example.org.", "p(see link<https://example.org>(https://example.org).)"],
    ["[x](https://example.org)", "p(link<https://example.org>(x))"],
    // What leads elsewhere is text.
    ["[x](javascript:alert(1))", "p([x](javascript:alert(1)))"],
    ["[x](data:text/html,hi)", "p([x](data:text/html,hi))"],
    // What Markdown knows and messages do not is text too.
    ["# no heading", "p(# no heading)"],
    ["<b>no</b> <script>x</script>", "p(<b>no</b> <script>x</script>)"],
    ["![no](https://example.org/x.png)", "p(![no](https://example.org/x.png))"],
    ["[a]: https://example.org", "p([a]: link<https://example.org>(https://example.org))"],
    ["    indented", "p(    indented)"],
    ["a | b\n--|--\n1 | 2", "p(a | b⏎--|--⏎1 | 2)"],
    ["---", "p(---)"],
    ["title\n=====", "p(title⏎=====)"],
    ["¯\\\\\\_(ツ)\\_/¯", "p(¯\\_(ツ)_/¯)"],
    ["a\u202eb\u001b[31m", "p(ab\ufffd[31m)"],
  ])("reads %j", (text, tree) => expect(show(parse(text))).toBe(tree));
});

describe("a text without Markdown", () => {
  it.each([
    "plain",
    "one\ntwo",
    "one\n\ntwo\n\n\nthree",
    "# no heading",
    "a < b & c",
    "it's 5 - 3",
    "@ada, hello!",
    "😀",
  ])("is read alike without the whole reader: %j", (text) => {
    expect(plain(text)).not.toBeNull();
    expect(show(bare(text))).toBe(show(parse(text)));
  });

  it.each(["**b**", "a_b", "`c`", "see https://x.org", "www.x.org", "- a", "> q", "1. a", "me@x.org", "\\*"])(
    "is not taken for one: %j",
    (text) => expect(plain(text)).toBeNull(),
  );
});
