import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { contrast, GROUNDS, readable } from "../src/core/color";
import { complete } from "../src/core/complete";
import { emojiOf, findEmoji } from "../src/core/emoji";
import { mentioned, pieces } from "../src/core/mentions";
import { reacted } from "../src/core/rows";
import { firstLink } from "../src/core/late/link";
import { bytes, harmless, oneLine, safeLink, short } from "../src/core/text";
import { say } from "../src/core/late/words";
import { readRefusal } from "../src/rim/socket";
import { token, uuidv7 } from "../src/rim/stamp";
import { inLobby, member } from "./page";

describe("colours", () => {
  const colors = ["#000000", "#ffffff", "#7aa2f7", "#ff0000", "#00ff00", "#0000ff", "#888888", "#da6278", "nonsense"];
  it.each(["night", "day"] as const)("of authors can be read on every ground of %s", (theme) => {
    for (const color of colors) {
      for (const ground of GROUNDS[theme]) {
        expect(contrast(readable(color, theme), ground), `${color} on ${ground}`).toBeGreaterThanOrEqual(4.5);
      }
    }
  });
  it("of the style sheet can be read wherever they stand, and are those of the table", () => {
    const sheet = readFileSync(new URL("../src/view/theme.css", import.meta.url), "utf8");
    for (const theme of ["night", "day"] as const) {
      const block = new RegExp(`data-theme="${theme}"\\] \\{([^}]*)`).exec(sheet)?.[1] ?? "";
      const vars = new Map([...block.matchAll(/--(\w+): (#\w+)/g)].map(([, name, color]) => [name!, color!]));
      expect(["bg", "panel", "mention", "selection"].map((name) => vars.get(name))).toEqual([...GROUNDS[theme]]);
      for (const name of ["text", "muted", "accent", "ok", "warn", "error"]) {
        for (const ground of GROUNDS[theme]) {
          expect(contrast(vars.get(name)!, ground), `${theme}: ${name} on ${ground}`).toBeGreaterThanOrEqual(4.5);
        }
      }
      // The words on the main button.
      expect(contrast(vars.get("bg")!, vars.get("accent")!)).toBeGreaterThanOrEqual(4.5);
    }
  });
  it("that can be read stay as they are", () => expect(readable("#7fd38a", "night")).toBe("#7fd38a"));
});

describe("sentences", () => {
  it("take each value once", () => {
    expect(say("TOPIC_SET", { name: "{topic}", topic: "x" })).toBe("{topic} set the topic: x");
    expect(say("TYPING_ONE")).toBe("{name} is typing");
  });
});

describe("texts of others", () => {
  it("steer nothing", () => {
    expect(harmless("a\u001b[31mred\u0007")).toBe("a\ufffd[31mred\ufffd");
    expect(harmless("a\u202eb\u2066c")).toBe("abc");
    expect(harmless("a\r\nb\rc\td")).toBe("a\nb\nc\td");
    expect(harmless("plain, 日本語 👍🏽 👩‍👩‍👧")).toBe("plain, 日本語 👍🏽 👩‍👩‍👧");
    expect(oneLine("a\n\n b")).toBe("a b");
    expect(short("👍👍👍👍", 3)).toBe("👍👍…");
    expect(bytes("é")).toBe(2);
  });
  it("open only what a link of a message may open", () => {
    expect(["https://a.b", "http://a.b", "mailto:a@b.c"].every(safeLink)).toBe(true);
    expect(["javascript:alert(1)", "data:text/html,x", "file:///etc", "/x", "//a.b"].some(safeLink)).toBe(false);
    expect(firstLink("see https://a.b/c, or not")).toBe("https://a.b/c");
    expect(firstLink("javascript:alert(1)")).toBeNull();
  });
});

describe("mentions", () => {
  const people = [
    { id: "1", name: "Ada" },
    { id: "2", name: "Ada Lovelace" },
    { id: "3", name: "bob", identity: "robert" },
  ];
  it("are the longest names that fit, whole", () => {
    expect(mentioned("@ada lovelace and @robert, @bobby", people)).toEqual(["2", "3"]);
    expect(mentioned("mail@ada.org @nobody", people)).toEqual([]);
    expect(mentioned("@Ada @ada", people)).toEqual(["1"]);
  });
  it("are cut out of their text", () => {
    expect(pieces("hi @bob!", people)).toEqual([
      { text: "hi ", id: null },
      { text: "@bob", id: "3" },
      { text: "!", id: null },
    ]);
  });
});

describe("completion", () => {
  const test = inLobby();
  test.state.rooms.get("r1")!.people.set("x", member("x", "Xenia Q"));
  const inserts = (text: string, asked = false) =>
    complete(test.state, text, text.length, asked)?.options.map(({ insert }) => insert) ?? [];

  it("knows commands, rooms, names and emoji", () => {
    expect(inserts("/jo")).toEqual(["/join "]);
    expect(inserts("/join lo")).toEqual(["lobby "]);
    expect(inserts("see #lo")).toEqual(["#lobby "]);
    expect(inserts("hi @xe")).toEqual(["@Xenia Q "]);
    expect(inserts("so :tad")).toEqual(["🎉 "]);
    expect(inserts("hi xe")).toEqual([]);
    expect(inserts("hi xe", true)).toEqual(["@Xenia Q "]);
    expect(inserts("/quit")).toEqual([]);
  });

  it("knows people and values where a command takes them", () => {
    const { people } = test.state.rooms.get("r1")!;
    people.set("b", { ...member("b", "Bo B"), kind: "account", identity: "bobby" });
    for (const command of ["invite", "msg", "whois", "kick", "role", "serverrole"]) {
      expect(inserts(`/${command} bo`), command).toEqual(["bobby "]);
      expect(inserts(`/${command} @bob`), command).toEqual(["bobby "]);
    }
    expect(inserts("/msg bobby,xe")).toEqual(["Xenia Q "]);
    expect(complete(test.state, "/msg bobby,xe", 13, false)?.from).toBe(11);
    expect(inserts("/msg bobby hi @bo")).toEqual(["@Bo B "]);
    expect(inserts("/role bobby mo")).toEqual(["moderator "]);
    expect(inserts("/serverrole bobby ")).toEqual(["member ", "moderator ", "owner "]);
    expect(inserts("/set vis")).toEqual(["visibility "]);
    expect(inserts("/set archived ")).toEqual(["yes ", "no "]);
    expect(inserts("/set title ")).toEqual([]);
    expect(inserts("/set colour r")).toEqual([]);
  });
});

describe("emoji", () => {
  it("are found by name, the beginning first", () => {
    expect(findEmoji("smile", 2).map(({ name }) => name)).toEqual(["smile", "sweat_smile"]);
    expect([emojiOf(":tada:"), emojiOf("tada"), emojiOf("🫎")]).toEqual(["🎉", "🎉", "🫎"]);
  });
});

describe("reactions", () => {
  it("show mine before it has arrived", () => {
    const standing = [{ emoji: "👍", count: 2, mine: false }];
    expect(reacted(standing, "👍", true)).toEqual([{ emoji: "👍", count: 3, mine: true }]);
    expect(reacted(standing, "👍", false)).toEqual(standing);
    expect(reacted([{ emoji: "👍", count: 1, mine: true }], "👍", false)).toEqual([]);
    expect(reacted([], "🎉", true)).toEqual([{ emoji: "🎉", count: 1, mine: true }]);
  });
});

describe("the rim", () => {
  it("makes tokens and ids as the protocol wants them", () => {
    expect(token()).toMatch(/^[A-Za-z0-9_-]{43}$/);
    const id = uuidv7(1_700_000_000_000);
    expect(id).toMatch(/^018bcfe5-6800-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(uuidv7(1_700_000_000_001) > id).toBe(true);
  });
  it("reads refusals", () => {
    const error = { code: "signed_out", message: "x", retry: "never" };
    expect(readRefusal(JSON.stringify(error))).toEqual(error);
    expect(readRefusal("websocket error")).toBeNull();
    expect(readRefusal("null")).toBeNull();
  });
});
