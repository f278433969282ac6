/** Searching: pages of hits, looking at one in its log, and the ways back. */
import type { Entry, Hit, SearchReply } from "@proto";
import { describe, expect, it } from "vitest";
import { excerpt } from "../src/core/excerpt";
import type { Wish } from "../src/core/late";
import { currentRoom, type Search } from "../src/core/state";
import { say } from "../src/core/late/words";
import { create, inLobby, ME, message, page, room, TestPage, type Sent } from "./page";

function hit(seq: number, text = `hit ${seq}`, of = "r1", epoch = "e1"): Hit {
  return { room: of, epoch, entry: message(seq, text), edited: false, highlights: [[0, 3]] };
}

const reply = (hits: Hit[], more: string | null = null, preparing = false): SearchReply => ({ hits, more, preparing });
const wish = (test: TestPage, wish: Wish) => test.do({ type: "wished", wish });
const action = (test: TestPage, id: "search" | "cancel", words = "") =>
  test.do({ type: "action", id, argument: words, command: words ? "search" : "" });

function search(test: TestPage): Search {
  const { dialog } = test.state;
  if (dialog?.is !== "search") throw new Error("no search is open");
  return dialog;
}

/** The one question that was asked. */
function asked(test: TestPage, name = "search:read"): Sent {
  const sent = test.sent(name);
  expect(sent).toHaveLength(1);
  return sent[0]!;
}

/** A lobby of 1000 entries of which the last hundred are held, and another room. */
function long(): TestPage {
  const test = new TestPage().welcome([room(1_000), room(500, "r2", "ops", { seq: 400, n: 399, unread: 100 })]);
  const [head] = test.sent("history:read");
  const lines = Array.from({ length: 100 }, (_, i) => message(901 + i, `line ${901 + i}`));
  return test.answer(head!, page(901, lines)).clear();
}

/** The same with a search that found these. */
function found(...hits: Hit[]): TestPage {
  const test = action(long(), "search", "hit");
  return test.answer(asked(test), reply(hits)).clear();
}

const look = (test: TestPage, index = 0, seen = { key: 950, top: -3 }) =>
  wish(test, { is: "look", index, top: 70, seen });
const around = (seq: number, of = "r1") => {
  const lines = Array.from({ length: 20 }, (_, i) => message(seq - 10 + i, `line ${seq - 10 + i}`));
  return { ...page(seq - 10, lines, 1_000), room: of };
};
const scrolls = (test: TestPage) => test.effects.flatMap((effect) => (effect.do === "scroll" ? [effect.to] : []));

describe("a search", () => {
  it("opens empty, and asks for what is typed", () => {
    const test = action(inLobby(), "search");
    wish(test, { is: "search" });
    expect(test.sent(), "nothing is asked without words").toEqual([]);
    wish(wish(test, { is: "search_typed", query: " from:ada release " }), { is: "search" });
    expect(asked(test).payload).toMatchObject({ query: "from:ada release" });
  });

  it("by its command asks at once, and leaves nothing in the composer", () => {
    const test = inLobby().say("/search release friday");
    const sent = asked(test);
    expect(sent.payload).toMatchObject({ query: "release friday" });
    test.answer(sent, reply([hit(2, "hello")], null, true));
    expect(search(test)).toMatchObject({ query: "release friday", answered: true, preparing: true, waits: null });
    expect(search(test).hits.map(({ entry }) => entry.seq)).toEqual([2]);
    expect(currentRoom(test.state)!.draft).toBe("");
  });

  it("goes on page after page", () => {
    const test = action(inLobby(), "search", "hit");
    test.answer(asked(test), reply([hit(9), hit(8)], "c1"));
    expect(test.sent(), "until one wants more").toEqual([]);
    wish(wish(test, { is: "search_more" }), { is: "search_more" });
    const second = asked(test);
    expect(second.payload).toMatchObject({ query: "hit", before: "c1" });
    test.answer(second, reply([hit(7)]));
    expect(search(test).hits.map(({ entry }) => entry.seq)).toEqual([9, 8, 7]);
    expect(wish(test, { is: "search_more" }).sent()).toEqual([]);
  });

  it("goes on by itself where a page came back empty", () => {
    const test = action(inLobby(), "search", "hit");
    test.answer(asked(test), reply([], "c1"));
    expect(search(test).waits).not.toBeNull();
    const second = asked(test);
    expect(second.payload.before).toBe("c1");
    test.answer(second, reply([], "c2"));
    test.answer(asked(test), reply([hit(2)]));
    expect(search(test).hits).toHaveLength(1);
    expect(search(test).more).toBeNull();
  });

  it("does not go on for nobody", () => {
    const test = action(inLobby(), "search", "hit");
    const sent = asked(test);
    test.do({ type: "dialog_closed" }).answer(sent, reply([], "c1"));
    expect(test.sent("search:read")).toEqual([]);
  });

  it("asks for the page of the words that were asked for, not of those that are typed", () => {
    const test = action(inLobby(), "search", "hit");
    test.answer(asked(test), reply([hit(9)], "c1"));
    wish(wish(test, { is: "search_typed", query: "hits" }), { is: "search_more" });
    expect(asked(test).payload).toMatchObject({ query: "hit", before: "c1" });
  });

  it("does not hear what answers an older question", () => {
    const test = action(inLobby(), "search", "one");
    const first = asked(test);
    wish(wish(test, { is: "search_typed", query: "two" }), { is: "search" });
    const second = asked(test);
    test.answer(first, reply([hit(9)]));
    expect(search(test)).toMatchObject({ hits: [], answered: false, asked: "two" });
    test.refuse(first, "never");
    test.answer(second, reply([hit(8)], "c1"));
    expect(search(test).hits.map(({ entry }) => entry.seq)).toEqual([8]);
    // Nor where the older one was a further page.
    wish(test, { is: "search_more" });
    const more = asked(test);
    wish(wish(test, { is: "search_typed", query: "three" }), { is: "search" });
    const third = asked(test);
    test.answer(third, reply([hit(5)]));
    test.answer(more, reply([hit(7)]));
    expect(search(test).hits.map(({ entry }) => entry.seq)).toEqual([5]);
  });

  it("says what is wrong with it, and goes on after that", () => {
    const test = action(inLobby(), "search", "-only");
    test.refuse(asked(test), "never", "invalid");
    expect(search(test)).toMatchObject({ error: "no", waits: null });
    expect(test.state.notice).toBeNull();
    wish(wish(test, { is: "search_typed", query: "hit" }), { is: "search" });
    expect(search(test).error).toBeNull();
    test.answer(asked(test), reply([hit(9)], "c1"));
    wish(test, { is: "search_more" });
    test.refuse(asked(test), "later", "slow_down");
    expect(search(test)).toMatchObject({ error: "no", more: "c1" });
    expect(search(test).hits, "what was found stays").toHaveLength(1);
    wish(test, { is: "search_more" });
    expect(asked(test).payload.before).toBe("c1");
  });

  it("says that there is no connection", () => {
    const cut = action(inLobby().cut().clear(), "search", "hit");
    expect(search(cut).error).toBe(say("NO_CONNECTION"));
    expect(cut.sent()).toEqual([]);
    const during = action(inLobby(), "search", "hit").cut();
    expect(search(during)).toMatchObject({ error: say("NO_CONNECTION"), waits: null, query: "hit" });
    const silent = action(inLobby(), "search", "hit");
    asked(silent);
    silent.wait(15_001);
    expect(search(silent).error).toBe(say("NO_CONNECTION"));
  });

  it("is chosen from with the keys; past the last hit is the next page", () => {
    const test = action(inLobby(), "search", "hit");
    test.answer(asked(test), reply([hit(9), hit(8)], "c1"));
    const move = (by: number) => search(wish(test, { is: "search_moved", by })).picked;
    expect([move(-1), move(1), move(1)]).toEqual([-1, 0, 1]);
    expect(test.sent()).toEqual([]);
    expect(move(1)).toBe(1);
    test.answer(asked(test), reply([hit(7)]));
    expect([move(1), move(1), move(-5)]).toEqual([2, 2, -1]);
    move(2);
    expect(search(wish(test, { is: "search_typed", query: "h" })).picked).toBe(-1);
  });
});

describe("a hit", () => {
  it("is shown where it was said, with what stands around it", () => {
    const test = look(found(hit(990), hit(300)), 1);
    expect(test.state.dialog).toBeNull();
    const sent = asked(test, "history:read");
    expect(sent.payload).toMatchObject({ room: "r1", around: 300 });
    test.answer(sent, around(300));
    expect(test.state.chosen).toBe(300);
    expect(currentRoom(test.state)!.anchor).toBe(300);
    expect(scrolls(test)).toEqual([{ seq: 300 }]);
  });

  it("that is held is shown at once", () => {
    const test = look(found(hit(990)));
    expect(test.state.chosen).toBe(990);
    expect(test.sent("history:read")).toEqual([]);
  });

  it("of another room is shown there, and does not read that room", () => {
    const test = look(found(hit(300, "hit", "r2")));
    expect(test.state.current).toBe("r2");
    const sent = test.sent();
    const wanted = sent.find(({ payload }) => payload.around === 300)!;
    const head = sent.find(({ name, payload }) => name === "history:read" && payload.around === undefined)!;
    const lines = Array.from({ length: 100 }, (_, i) => message(401 + i, `line ${401 + i}`));
    test.answer(head, { ...page(401, lines), room: "r2" }).wait(5_000);
    test.answer(wanted, around(300, "r2")).wait(5_000);
    expect(test.sent("room:mark_read")).toEqual([]);
    expect(test.state).toMatchObject({ chosen: 300, at_bottom: false });
    expect(currentRoom(test.state)!.marker).toBe(400);
  });

  it("does not read a room whose newest lines were shown until it was here", () => {
    const test = look(found(hit(395, "hit", "r2")));
    const sent = test.sent();
    const lines = Array.from({ length: 100 }, (_, i) => message(401 + i, `line ${401 + i}`));
    const head = sent.find(({ name, payload }) => name === "history:read" && payload.around === undefined)!;
    test.answer(head, { ...page(401, lines), room: "r2" });
    test.do({ type: "scrolled", at_bottom: true, near_top: false, near_bottom: true }).wait(5_000);
    const near = Array.from({ length: 20 }, (_, i) => message(385 + i, `line ${385 + i}`));
    test.answer(
      sent.find(({ payload }) => payload.around === 395)!,
      { ...page(385, near, 500), room: "r2" },
    );
    expect(currentRoom(test.state)!.anchor).toBeNull();
    expect(test.wait(5_000).sent("room:mark_read")).toEqual([]);
  });

  it("leads back to the search as it was", () => {
    const test = look(found(hit(990), hit(300)), 1);
    test.answer(asked(test, "history:read"), around(300));
    action(test, "cancel");
    expect(search(test)).toMatchObject({ picked: 1, top: 70, query: "hit", answered: true });
    expect(search(test).hits).toHaveLength(2);
    expect(test.state.search).toBeNull();
    look(test, 0);
    expect(test.state.chosen).toBe(990);
    wish(test, { is: "back_to_search" });
    expect(search(test).picked).toBe(0);
    look(test, 0);
    expect(action(test, "search").state.dialog, "the key of the search leads there too").toMatchObject({ picked: 0 });
  });

  it("hears of further pages while it is looked at", () => {
    const test = action(long(), "search", "hit");
    test.answer(asked(test), reply([hit(990)], "c1"));
    wish(test, { is: "search_more" });
    const more = asked(test);
    look(test).answer(more, reply([hit(980)]));
    expect(search(action(test, "cancel")).hits).toHaveLength(2);
  });

  it("is left by Esc only after an answer to it was given up", () => {
    const test = look(found(hit(990)));
    test.do({ type: "action", id: "reply", argument: "", command: "" });
    action(test, "cancel");
    expect(test.state.dialog).toBeNull();
    expect(currentRoom(test.state)!.mode.is).toBe("say");
    expect(search(action(test, "cancel")).hits).toHaveLength(1);
  });

  it("that is not here yet is not shown to whoever wants another one", () => {
    const test = look(found(hit(300), hit(600)));
    const first = asked(test, "history:read");
    look(action(test, "cancel"), 1);
    const second = asked(test, "history:read");
    expect(second.payload.around).toBe(600);
    test.answer(first, around(300));
    expect(test.state.chosen).toBeNull();
    test.answer(second, around(600));
    expect(test.state.chosen).toBe(600);
  });

  it("that cannot be had is told of", () => {
    const test = look(found(hit(300)));
    test.refuse(asked(test, "history:read"), "never", "not_found");
    expect(test.state.notice).toMatchObject({ text: "no", tone: "error" });
    expect(test.state.jumping).toBeNull();
    const cut = look(found(hit(300)).cut());
    expect(search(cut).error).toBe(say("NO_CONNECTION"));
    const during = look(found(hit(300))).cut();
    expect(during.state.notice?.text).toBe(say("NO_CONNECTION"));
  });

  it("of a log that is not known here is asked after first", () => {
    for (const other of [hit(300, "hit", "r1", "e2"), hit(300, "hit", "r9")]) {
      const test = look(found(other));
      expect(test.sent().map(({ name }) => name)).toEqual(["sync"]);
      expect(search(test).error).toBe(say("WAITING"));
    }
  });

  it("is forgotten with the room in which it was looked at, and with who searched", () => {
    const test = look(found(hit(990)));
    expect(test.do({ type: "opened", room: "r2" }).state.search).toBeNull();
    const other = look(found(hit(990)))
      .cut()
      .wait(20_000);
    expect(other.welcome([room()], { ...ME, id: "other" }).state.search).toBeNull();
    const open = found(hit(990)).cut().wait(20_000);
    expect(open.welcome([room()], { ...ME, id: "other" }).state.dialog).toBeNull();
  });
});

describe("what was found", () => {
  const change = (seq: number, rest: object) => ({
    ...message(seq, ""),
    target: { epoch: "e1", seq: 990, id: "r1-990" },
    ...rest,
  });

  it("reads as it does now", () => {
    const test = found(hit(990));
    test.live(change(1_001, { kind: "edit", content: { type: "text", text: "better" } }) as Entry);
    const [better] = search(test).hits;
    expect(better).toMatchObject({ edited: true, highlights: [], entry: { seq: 990, content: { text: "better" } } });
  });

  it("is gone when it was taken back, also while another one is looked at", () => {
    const test = look(found(hit(990), hit(980)), 1);
    test.live(change(1_001, { kind: "delete" }) as Entry);
    action(test, "cancel");
    expect(search(test).hits.map(({ entry }) => entry.seq)).toEqual([980]);
    expect(search(test).picked).toBe(0);
  });

  it("stands there once", () => {
    const test = action(inLobby(), "search", "hit");
    test.answer(asked(test), reply([hit(9), hit(8)], "c1"));
    wish(test, { is: "search_more" });
    test.answer(asked(test), reply([hit(8), hit(7)]));
    expect(search(test).hits.map(({ entry }) => entry.seq)).toEqual([9, 8, 7]);
  });
});

describe("Esc in the search", () => {
  const close = (test: TestPage) => test.clear().do({ type: "dialog_closed" });

  it("leaves everything as it is where nothing was looked at", () => {
    const test = close(found(hit(300)));
    expect(test.state.dialog).toBeNull();
    expect(test.effects).toEqual([{ do: "focus", on: "composer" }]);
  });

  it("goes back to the newest line", () => {
    const test = look(found(hit(300)));
    test.answer(asked(test, "history:read"), around(300));
    close(action(test, "cancel"));
    expect(test.state).toMatchObject({ current: "r1", at_bottom: true, chosen: null, search: null });
    expect(currentRoom(test.state)!.anchor).toBeNull();
    expect(scrolls(test)).toEqual(["bottom"]);
  });

  it("goes back to the line that was in view, in the room where one was", () => {
    const test = found(hit(300, "hit", "r2"), hit(990));
    test.do({ type: "scrolled", at_bottom: false, near_top: false, near_bottom: false });
    look(test);
    test.answer(
      test.sent().find(({ payload }) => payload.around === 300)!,
      around(300, "r2"),
    );
    // What was in view at a hit is not where one was before.
    look(action(test, "cancel"), 1, { key: 5, top: 0 });
    close(action(test, "cancel"));
    expect(test.state).toMatchObject({ current: "r1", at_bottom: false, previous: null });
    expect(scrolls(test)).toEqual([{ seq: 950, top: -3 }]);
  });

  it("goes back to an older part of the log, and to the message that was chosen", () => {
    const test = long().do({ type: "jumped", room: "r1", seq: 500 });
    test.answer(asked(test, "history:read"), around(500));
    action(test, "search", "hit");
    test.answer(asked(test), reply([hit(990)]));
    look(test, 0, { key: 495, top: 0 });
    expect(currentRoom(test.state)!.anchor).toBeNull();
    close(action(test, "cancel"));
    expect(test.state).toMatchObject({ chosen: 500, at_bottom: false });
    expect(currentRoom(test.state)!.anchor).toBe(500);
    expect(scrolls(test)).toEqual([{ seq: 495, top: 0 }]);
  });

  it("keeps the line of what is new where it was", () => {
    const test = new TestPage().welcome([room(7, "r1", "lobby", { seq: 5, n: 4, unread: 2 }), room(1, "r2", "ops")]);
    const lines = [2, 3, 4, 5, 6, 7].map((seq) => message(seq, `line ${seq}`));
    test.answer(test.sent("history:read")[0]!, page(1, [create(), ...lines]));
    action(test, "search", "hit");
    test.answer(asked(test), reply([hit(1, "hit", "r2")]));
    close(action(look(test), "cancel"));
    expect(test.state.current).toBe("r1");
    expect(currentRoom(test.state)!.marker).toBe(5);
  });

  it("stays at the hit where one says so", () => {
    const test = look(found(hit(990)));
    wish(test, { is: "search_closed", stays: true });
    expect(test.state).toMatchObject({ search: null, dialog: null, chosen: 990 });
  });
});

describe("the text of a hit", () => {
  const shown = (text: string, ...places: [number, number][]) =>
    excerpt(text, places)
      .map(({ text, found }) => (found ? `[${text}]` : text))
      .join("");

  it("has the found words marked", () => {
    expect(shown("the Café is open", [4, 8])).toBe("the [Café] is open");
    expect(shown("👍 ab ab", [3, 5], [6, 8])).toBe("👍 [ab] [ab]");
    expect(shown("no place")).toBe("no place");
  });

  it("is one line, and harmless", () => {
    expect(shown("one\ntwo\u202e three\u0007", [4, 7])).toBe("one [two] three\ufffd");
    expect(shown("<b>bold</b>", [3, 7])).toBe("<b>[bold]</b>");
  });

  it("is cut around the first of them, between words and not within a character", () => {
    const words = Array.from({ length: 200 }, (_, i) => `word${i}`).join(" ");
    const at = words.indexOf("word100");
    const text = shown(words, [at, at + 7]);
    expect(text.length).toBeLessThan(330);
    expect(text).toMatch(/^… word\d+ .*\[word100\] .* word\d+ …$/);
    const start = shown(words, [0, 5]);
    expect(start).toMatch(/^\[word0\] .* word\d+ …$/);
    const wide = "🙂".repeat(400);
    expect(shown(wide, [600, 602])).not.toMatch(
      /(^|[^\ud800-\udbff])[\udc00-\udfff]|[\ud800-\udbff](?![\udc00-\udfff])/,
    );
  });
});
