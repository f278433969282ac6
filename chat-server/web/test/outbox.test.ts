/** What outlives the page, and what the pages of one browser make of it together. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { RowMaker } from "../src/core/rows";
import { currentRoom } from "../src/core/state";
import { deadline } from "../src/core/update/clock";
import { MemoryOutbox } from "../src/rim/storage/memory";
import { stamp } from "../src/rim/stamp";
import { homeless } from "../src/core/stranded";
import { say } from "../src/core/late/words";
import { create, inLobby, ME, message, page, room, TestPage, type Sent } from "./page";

const HOUR = 3_600_000;
const sends = (test: TestPage) => test.sent("message:send");
const said = (sent: Sent[]) => sent.map(({ payload }) => (payload.content as { text: string }).text);
const draft = (test: TestPage) => currentRoom(test.state)!.draft;
const stored = (seq: number) => ({ seq, id: `r1-${seq}`, time: seq * 1_000, n: seq - 1 });
const waiting = (test: TestPage) =>
  test.state.outbox.items.map((item) => item.name === "message:send" && `${item.fields.content.text} ${item.is}`);

/** Pages of one browser: each has the same storage. */
function two(): { one: TestPage; other: TestPage; stir: () => void } {
  const outbox = new MemoryOutbox();
  const one = inLobby(new TestPage(outbox, "one"));
  const other = inLobby(new TestPage(outbox, "other"));
  const stir = () => [one, other].forEach((test) => test.do({ type: "stirred" }));
  return { one, other, stir };
}

/** The page is loaded again, on what its storage holds. */
const reload = (test: TestPage) => inLobby(new TestPage(test.outbox, test.tab));

describe("a command without a choice", () => {
  const commands = (test: TestPage) =>
    test.state.outbox.items.map(({ name, is }) => `${name} ${is}`).filter((item) => !item.startsWith("message:send"));

  it("means the newest own line, also one that is on its way", () => {
    const test = inLobby().live(message(3, "what stands", ME));
    test.say("what is on its way").clear().say("/edit what was meant");
    expect(commands(test)).toEqual(["message:edit waiting"]);
    expect(test.sent("message:edit")).toEqual([]);
  });

  it("does not mean what is being taken back", () => {
    const test = inLobby().live(message(3, "what stands", ME), message(4, "a mistake", ME));
    test.say("/delete").do({ type: "delete_confirmed" }).clear().say("/edit what was meant");
    expect(commands(test)).toEqual(["message:delete waiting", "message:edit waiting"]);
    expect(test.sent("message:edit")[0]!.payload.target).toMatchObject({ seq: 3 });
  });
});

describe("the composer", () => {
  it("keeps a line until storage has it", () => {
    const test = inLobby();
    test.stores = false;
    test.say("hello");
    expect([draft(test), waiting(test)]).toEqual(["hello", []]);
    test.store();
    expect([draft(test), waiting(test)]).toEqual(["", ["hello waiting"]]);
    expect(test.effects).toContainEqual({ do: "scroll", to: "bottom" });
    test.clear().say("/topic news").store();
    expect([draft(test), test.effects.filter((effect) => effect.do === "scroll")]).toEqual(["", []]);
  });

  it("says a line once, however often Enter is hit meanwhile, and what is typed behind it is another", () => {
    const test = inLobby();
    test.stores = false;
    const enter = () => test.do({ type: "action", id: "send", argument: "", command: "" });
    test.say("hello");
    enter();
    test.do({ type: "typed", text: "hello you" });
    enter().do({ type: "typed", text: "hello you, and" });
    test.store();
    expect([draft(test), waiting(test)]).toEqual([", and", ["hello waiting", " you waiting"]]);
  });

  it("still holds the line when it could not be stored, and says so", () => {
    const test = inLobby();
    test.stores = false;
    test.say("hello").fail();
    expect(draft(test)).toBe("hello");
    expect(test.state.notice).toMatchObject({ text: say("NOT_STORED"), tone: "error" });
    test.stores = true;
    test.do({ type: "action", id: "send", argument: "", command: "" });
    expect([draft(test), said(sends(test))]).toEqual(["", ["hello"]]);
  });

  it("stays in its mode until then, too", () => {
    const test = inLobby();
    test.stores = false;
    test.do({ type: "chosen", key: 2 }).do({ type: "action", id: "reply", argument: "", command: "" });
    test.say("yes").fail();
    expect(currentRoom(test.state)!.mode).toMatchObject({ is: "reply", to: 2 });
    test.say("yes").store();
    expect(currentRoom(test.state)!.mode).toEqual({ is: "say" });
    expect(sends(test)[0]!.payload.reply_to).toMatchObject({ seq: 2 });
  });

  it("gives the draft back after an edit that was stored", () => {
    const test = inLobby();
    test.live(message(3, "of mine", ME, "own")).do({ type: "typed", text: "half a" });
    test.stores = false;
    test.do({ type: "action", id: "edit", argument: "", command: "" }).say("better");
    expect(draft(test)).toBe("better");
    test.store();
    expect(draft(test)).toBe("half a");
    expect(reload(test).state.rooms.get("r1")!.draft).toBe("half a");
  });
});

describe("a reload", () => {
  it("keeps what waits, in order, and sends it once who we are is confirmed", () => {
    const test = inLobby().cut();
    test.say("one").say("two");
    const again = new TestPage(test.outbox, test.tab);
    expect([waiting(again), again.sent("message:send")]).toEqual([[], []]);
    again.welcome();
    const [one, two] = sends(again) as [Sent, Sent];
    expect(said([one, two])).toEqual(["one", "two"]);
    expect([one.payload.after, two.payload.after]).toEqual([null, one.payload.client_id]);
    again.answer(one, stored(3)).answer(two, stored(4));
    expect(waiting(reload(again))).toEqual([]);
  });

  it("repeats what was under way under the same id", () => {
    const test = inLobby();
    test.say("one");
    const [first] = sends(test) as [Sent];
    const again = new TestPage(test.outbox, test.tab).welcome();
    expect(sends(again)[0]!.payload.client_id).toBe(first.payload.client_id);
  });

  it("keeps each room's draft", () => {
    const rooms = [room(), room(1, "r2", "ops")];
    const test = inLobby().welcome(rooms);
    test.do({ type: "typed", text: "in the lobby" }).do({ type: "opened", room: "r2" });
    test.do({ type: "typed", text: "in ops" });
    const again = new TestPage(test.outbox, test.tab).welcome(rooms);
    expect([...again.state.rooms.values()].map(({ draft }) => draft)).toEqual(["in the lobby", "in ops"]);
    // Also of a room that comes later.
    const third = new TestPage(test.outbox, test.tab).welcome().welcome(rooms);
    expect(third.state.rooms.get("r2")!.draft).toBe("in ops");
  });

  it("offers what another user has not sent, and sends nothing of it", () => {
    const test = inLobby().cut();
    test.say("of me");
    const other = new TestPage(test.outbox).welcome([room()], { ...ME, id: "other", name: "other" });
    expect([sends(other), waiting(other)]).toEqual([[], []]);
    expect(other.state.stranded).toMatchObject([{ name: "me", texts: ["of me"] }]);
    // On another server I am somebody else.
    const away = new TestPage(test.outbox).welcome([room()], ME, "another server");
    expect([sends(away), away.state.stranded.length]).toEqual([[], 1]);
    const { pair } = other.state.stranded[0]!;
    other.do({ type: "discard_wished", pair, name: "me", count: 1 }).do({ type: "dialog_closed" });
    expect(other.state.stranded).toHaveLength(1);
    other.do({ type: "discard_wished", pair, name: "me", count: 1 }).do({ type: "discard_confirmed" });
    expect(other.state.stranded).toEqual([]);
    expect(waiting(reload(test))).toEqual([]);
  });

  it("does not take an entry for missing that stands in the log already", () => {
    const test = inLobby();
    test.say("one");
    const own = message(3, "one", ME, String(sends(test)[0]!.payload.client_id));
    const again = new TestPage(test.outbox, test.tab);
    again.stores = false;
    again.welcome([room(3)]);
    again.answer(again.sent("history:read")[0]!, page(1, [create(), message(2, "hello"), own]));
    again.store();
    expect([again.state.outbox.items, again.sent("message:send")]).toEqual([[], []]);
    expect(waiting(reload(test))).toEqual([]);
  });

  it("is the moment at which a room's log comes, not one at which it has grown at its top", () => {
    const test = inLobby().cut();
    test.say("one");
    const again = new TestPage(test.outbox, test.tab).welcome();
    const maker = new RowMaker();
    const make = () => maker.make(again.state, currentRoom(again.state));
    expect(make().rows).toHaveLength(1);
    again.answer(again.sent("history:read")[0]!, page(1, [create(), message(2, "hello")]));
    expect([make().rows.length > 3, make().shift]).toEqual([true, false]);
  });
});

describe("two pages of one user", () => {
  it("show the same lines in the same state, and only the one that made a line sends it", () => {
    const { one, other, stir } = two();
    one.say("hello");
    stir();
    expect([waiting(one), waiting(other)]).toEqual([["hello waiting"], ["hello waiting"]]);
    const [hello] = sends(one) as [Sent];
    expect(sends(other)).toEqual([]);
    one.refuse(hello, "never", "forbidden");
    stir();
    expect(waiting(other)).toEqual(["hello failed"]);
    other.do({ type: "action", id: "retry", argument: "", command: "" });
    stir();
    expect([waiting(one), said(sends(other)), sends(one)]).toEqual([["hello waiting"], ["hello"], []]);
  });

  it("are one order: a line waits for the one before it, whichever page it is of", () => {
    const { one, other, stir } = two();
    one.cut();
    one.say("one");
    stir();
    other.say("two");
    expect(sends(other)).toEqual([]);
    // Nobody has seen to it for a while.
    const [first, second] = other.wait(3_100).sent("message:send") as [Sent, Sent];
    expect(said([first, second])).toEqual(["one", "two"]);
    expect(second.payload.after).toBe(first.payload.client_id);
  });

  it("find what one of them left behind, also when it could not tell", () => {
    const { one, other } = two();
    one.cut().say("one");
    expect(other.wait(4_000).sent("message:send")).toEqual([]);
    other.wait(1_100).wait(3_100);
    expect(said(sends(other))).toEqual(["one"]);
  });

  it("settle for all what one of them hears of", () => {
    const { one, other, stir } = two();
    one.say("hello");
    const [hello] = sends(one) as [Sent];
    stir();
    other.live(message(3, "hello", ME, String(hello.payload.client_id)));
    stir();
    expect(one.wait(20_000).sent("message:send")).toEqual([]);
    // The other's word is enough that it is no longer on its way; its line comes with the log.
    expect(waiting(one)).toEqual(["hello answered"]);
    one.live(message(3, "hello", ME, String(hello.payload.client_id)));
    expect([waiting(one), one.lines()]).toEqual([[], ["create", "hello", "hello"]]);
  });

  it("let nothing be withdrawn that the other is just sending", () => {
    const { one, other, stir } = two();
    one.cut().say("hello");
    stir();
    const key = other.state.outbox.items[0]!.client_id;
    other.do({ type: "chosen", key }).do({ type: "action", id: "delete", argument: "", command: "" });
    one.wait(600).welcome();
    const [hello] = sends(one) as [Sent];
    other.do({ type: "delete_confirmed" });
    stir();
    expect(other.state.outbox.items.map(({ name }) => name)).toEqual(["message:send", "message:delete"]);
    one.answer(hello, stored(3));
    stir();
    expect(other.wait(3_100).sent("message:delete")[0]!.payload.target).toMatchObject({ seq: 3 });
  });

  it("go on with one draft, unless something else was typed there", () => {
    const { one, other, stir } = two();
    one.do({ type: "typed", text: "half" });
    stir();
    expect(draft(other)).toBe("half");
    other.do({ type: "typed", text: "other" });
    one.do({ type: "typed", text: "half a line" });
    stir();
    expect([draft(one), draft(other)]).toEqual(["half a line", "other"]);
    one.do({ type: "action", id: "send", argument: "", command: "" });
    expect(draft(other)).toBe("other");
  });

  it("agree on what is read", () => {
    const { other } = two();
    other.do({ type: "attention", visible: true, focused: false }).live(message(3, "news"));
    const copy = currentRoom(other.state)!;
    expect(copy.live).toHaveLength(1);
    other.receive("read:changed", { room: "r1", read: { seq: 3, n: 2, unread: 0, mentions: 0 } });
    expect([copy.live, copy.read.seq]).toEqual([[], 3]);
  });
});

describe("what storage tells", () => {
  it("does not bring back what was answered since it looked", () => {
    const test = inLobby();
    test.say("one");
    const [one] = sends(test) as [Sent];
    test.stores = false;
    test.do({ type: "stirred" });
    // Storage looks, and then hears the answer.
    const look = test.waiting.splice(0);
    test.live(message(3, "one", ME, String(one.payload.client_id)));
    const verdict = test.waiting.splice(0);
    test.outbox.runNow(look[0]!.pair, []);
    test.waiting.push(...look);
    test.store();
    expect(waiting(test)).toEqual([]);
    test.waiting.push(...verdict);
    test.store();
    expect([waiting(test), test.sent("message:send")]).toEqual([[], []]);
  });

  it("is said once where it stores nothing", () => {
    const test = inLobby().do({ type: "not_durable", lost: false });
    expect(test.state.notice).toMatchObject({ text: say("NOT_DURABLE"), tone: "error" });
    expect(test.state.durable).toBe(false);
  });
});

describe("a message whose room is not mine any more", () => {
  it("is offered with its text, not forgotten", () => {
    const rooms = [room(), room(1, "r2", "ops")];
    const test = inLobby().welcome(rooms);
    test.do({ type: "opened", room: "r2" }).say("hello");
    const [hello] = sends(test) as [Sent];
    test.welcome().refuse(hello, "never", "forbidden");
    expect(homeless(test.state)).toMatchObject([{ text: "hello" }]);
    test.do({ type: "discard_wished", pair: null, name: "me", count: 1 }).do({ type: "discard_confirmed" });
    expect([homeless(test.state), waiting(reload(test))]).toEqual([[], []]);
  });
});

describe("what cuts the line", () => {
  const cuts = (test: TestPage, ...after: number[]) => {
    for (const ms of after) {
      test.now += ms;
      test.cut().wait(12_000).welcome();
    }
    return waiting(test);
  };

  it("is what was the oldest on its way when three connections in a row ended at once", () => {
    expect(cuts(inLobby().say("x"), 100, 1_999)).toEqual(["x waiting"]);
    expect(cuts(inLobby().say("x"), 100, 1_999, 0)).toEqual(["x failed"]);
    expect(cuts(inLobby().say("x"), 0, 0, 2_001, 0, 0)).toEqual(["x waiting"]);
  });

  it("is not counted by connections that did not come as far as a welcome", () => {
    const test = inLobby().say("x");
    cuts(test, 0, 0);
    test.cut();
    expect(waiting(test)).toEqual(["x failed"]);
    const other = inLobby().say("x");
    other.cut();
    for (let i = 0; i < 5; i++) other.wait(12_000).do({ type: "refused", attempt: other.state.attempt, error: null });
    expect(waiting(other)).toEqual(["x waiting"]);
  });

  it("takes along what points at it, and brings it back when it is tried again", () => {
    const test = inLobby().say("x");
    const key = test.state.outbox.items[0]!.client_id;
    test.do({ type: "chosen", key }).do({ type: "action", id: "edit", argument: "y", command: "edit" });
    test.say("good");
    cuts(test, 0, 0, 0);
    expect(test.state.outbox.items.map(({ name, is }) => [name, is])).toEqual([
      ["message:send", "failed"],
      ["message:edit", "failed"],
      ["message:send", "waiting"],
    ]);
    test.clear().do({ type: "chosen", key }).do({ type: "action", id: "retry", argument: "", command: "" });
    const again = sends(test).find(({ payload }) => payload.client_id === key)!;
    test.answer(again, stored(3));
    expect(test.sent("message:edit")[0]!.payload).toMatchObject({ target: { seq: 3 }, content: { text: "y" } });
  });
});

describe("a server that asks for time", () => {
  it("gets it, across connections too", () => {
    const test = inLobby();
    test.say("one");
    test.refuse(sends(test)[0]!, "later", "slow_down", 5_000).cut().wait(600).welcome();
    expect(sends(test)).toEqual([]);
    expect(said(test.wait(4_500).sent("message:send"))).toEqual(["one"]);
  });

  it("is not asked as fast as it answers, whatever it answers", () => {
    const test = inLobby();
    test.say("one");
    for (let i = 0; i < 3; i++) {
      test.refuse(sends(test)[0]!, "now");
      const [sync] = test.sent("sync");
      test.answer(sync!, { time: test.now, rooms: [room()], presence: [] });
      if (i > 0) expect(sends(test)).toEqual([]);
      if (i > 0) test.wait(10_000);
    }
    test.refuse(sends(test)[0]!, "later", "unavailable", 0);
    expect(sends(test)).toEqual([]);
    expect(said(test.wait(60).sent("message:send"))).toEqual(["one"]);
  });
});

describe("a wall clock that jumps", () => {
  afterEach(() => vi.restoreAllMocks());

  it.each([-HOUR * 5, HOUR * 5])("by %i ms moves no deadline", (by) => {
    const test = inLobby();
    test.say("one");
    const [one] = sends(test) as [Sent];
    test.refuse(one, "later", "slow_down", 400);
    const due = deadline(test.state);
    test.off = by;
    test.wait(0);
    expect(deadline(test.state)).toBe(due);
    expect(test.wait(300).sent("message:send")).toEqual([]);
    expect(said(test.wait(150).sent("message:send"))).toEqual(["one"]);
    expect(test.state.time - test.state.now).toBe(by);
  });

  it("is not what the page's waits are measured by", () => {
    const before = stamp();
    vi.spyOn(Date, "now").mockReturnValue(before.time + 5 * HOUR);
    const after = stamp();
    expect(after.time - before.time).toBe(5 * HOUR);
    expect(after.now - before.now).toBeLessThan(HOUR);
    expect(after.now).toBeGreaterThanOrEqual(before.now);
  });

  it("never leaves a deadline in the past to spin on", () => {
    const test = inLobby();
    test.say("one").say("two");
    const [one, two] = sends(test) as [Sent, Sent];
    test.refuse(one, "later", "slow_down", 9_000).refuse(two, "later", "out_of_order");
    test.wait(5_000);
    expect(deadline(test.state)).toBeGreaterThan(test.now);
  });
});
