import { describe, expect, it } from "vitest";
import { highlight } from "../src/view/markdown/highlight";

const CODES = [
  ["rust", 'fn main() { println!("hi"); } // done'],
  ["html", "<p>a</p><script>const x = 1;</script><style>p { color: red }</style>"],
  ["md", "# title\n\n<b>x</b>\n\n```js\nlet y\n```"],
  ["ts", "const t = `a${b}c`;"],
  ["php", "<p><?php echo 1; ?></p>"],
] as const;

describe("highlighting", () => {
  it.each(CODES)("of %s leaves no character out and doubles none", async (language, code) => {
    const pieces = await highlight(code, language);
    expect(pieces?.map(({ text }) => text).join("")).toBe(code);
    expect(pieces?.some(({ scope }) => scope !== "")).toBe(true);
  });

  it("leaves a language alone that it does not know", async () => {
    expect(await highlight("x", "constructor")).toBeNull();
  });
});
