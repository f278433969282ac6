import { describe, expect, it } from "vitest";
import { currentRoom } from "../src/core/state";
import { inLobby, ME, message, page, room, TestPage, type Sent } from "./page";

const sends = (test: TestPage) => test.sent("message:send");
const said = (sent: Sent[]) => sent.map(({ payload }) => (payload.content as { text: string }).text);
const pending = (test: TestPage) => test.state.outbox.items.filter((item) => item.is !== "answered").length;
const stored = (seq: number) => ({ seq, id: `r1-${seq}`, time: seq * 1_000, n: seq - 1 });
const own = (seq: number, text: string, sent: Sent) => message(seq, text, ME, String(sent.payload.client_id));

describe("sending", () => {
  it("names the unanswered message before it, worked out anew at each try", () => {
    const test = inLobby();
    test.say("one").say("two").say("three");
    const [one, two, three] = sends(test) as [Sent, Sent, Sent];
    expect([one, two, three].map(({ payload }) => payload.after)).toEqual([
      null,
      one.payload.client_id,
      two.payload.client_id,
    ]);
    test.answer(one, stored(3)).cut().wait(600).welcome();
    const [again, last] = sends(test) as [Sent, Sent];
    expect(said([again, last])).toEqual(["two", "three"]);
    expect([again.payload.client_id, again.payload.after]).toEqual([two.payload.client_id, null]);
    expect(last.payload.after).toBe(two.payload.client_id);
  });

  it("emits nothing before storage has it", () => {
    const test = inLobby();
    test.stores = false;
    test.say("one").wait(1_000);
    expect(sends(test)).toEqual([]);
    expect(said(test.store().sent("message:send"))).toEqual(["one"]);
  });

  it("emits nothing without a connection, and everything in order when it is back", () => {
    const test = inLobby().cut();
    test.say("one").say("two");
    expect(test.sent()).toEqual([]);
    expect(pending(test)).toBe(2);
    test.wait(600);
    expect(test.sent()).toEqual([]);
    test.welcome();
    expect(said(sends(test))).toEqual(["one", "two"]);
  });

  it("has at most the window unanswered", () => {
    const test = inLobby();
    for (let i = 0; i < 70; i++) test.say(`line ${i}`);
    const first = sends(test);
    expect(first).toHaveLength(test.state.limits.in_flight);
    test.answer(first[0]!, stored(3));
    expect(said(sends(test))).toEqual(["line 64"]);
  });

  it("holds back what follows a message that has to wait", () => {
    const test = inLobby();
    test.say("one").say("two");
    const [one, two] = sends(test) as [Sent, Sent];
    test.refuse(one, "later", "slow_down", 400).refuse(two, "later", "out_of_order");
    expect(test.wait(300).sent("message:send")).toEqual([]);
    // The second one's own time was over before: it waited for the first.
    const again = test.wait(150).sent("message:send");
    expect(said(again)).toEqual(["one", "two"]);
    expect(again.map(({ payload }) => payload.after)).toEqual([null, one.payload.client_id]);
    expect(test.state.outbox.items.every(({ is }) => is === "waiting")).toBe(true);
  });

  it("drains what overtook it at once, not a backoff apiece", () => {
    const test = inLobby();
    for (let number = 0; number < 20; number++) test.say(`line ${number}`);
    const [first, ...rest] = test.sent("message:send");
    test.refuse(first!, "later", "slow_down", 400);
    for (const sent of rest) test.refuse(sent, "later", "out_of_order");
    expect(test.clear().wait(399).sent("message:send")).toEqual([]);
    const again = test.wait(2).sent("message:send");
    expect(again).toHaveLength(20);
    // The first one's answer takes its time: nothing is sent again and again meanwhile.
    for (const sent of again.slice(1)) test.refuse(sent, "later", "out_of_order");
    expect(test.clear().wait(2_000).sent("message:send")).toEqual([]);
    test.answer(again[0]!, { seq: 3, id: "r1-3", time: 0, n: 3 });
    expect(test.sent("message:send")).toHaveLength(19);
  });

  it("is tried again when no answer comes, and never shown as failed for it", () => {
    const test = inLobby();
    test.say("one");
    const [one] = sends(test) as [Sent];
    expect(test.wait(9_000).sent("message:send")).toEqual([]);
    const [again] = test.wait(1_500).sent("message:send") as [Sent];
    expect(again.payload.client_id).toBe(one.payload.client_id);
    expect(test.state.outbox.items[0]?.is).toBe("waiting");
    // The answer to the first try counts as well.
    test.answer(one, stored(3));
    expect(pending(test)).toBe(0);
  });

  it("syncs before it tries again what is to be tried now", () => {
    const test = inLobby();
    test.say("one");
    test.refuse(sends(test)[0]!, "now");
    const [sync, ...rest] = test.sent();
    expect([sync?.name, rest]).toEqual(["sync", []]);
    test.answer(sync!, { time: test.now, rooms: [room()], presence: [] });
    expect(said(sends(test))).toEqual(["one"]);
  });

  it("fails on a final answer, keeps the rest in order, and can be tried again", () => {
    const test = inLobby();
    test.say("one").say("two");
    const [one, two] = sends(test) as [Sent, Sent];
    test.refuse(one, "never", "forbidden").refuse(two, "later", "out_of_order");
    expect(test.state.outbox.items[0]).toMatchObject({ is: "failed", error: { message: "no" } });
    const [again] = test.wait(1_000).sent("message:send") as [Sent];
    expect(again.payload).toMatchObject({ client_id: two.payload.client_id, after: null });
    test.do({ type: "action", id: "retry", argument: "", command: "" });
    const [retried] = sends(test) as [Sent];
    expect(retried.payload).toMatchObject({ client_id: one.payload.client_id, after: two.payload.client_id });
  });

  it("gives changed text of a failed message a new id", () => {
    const test = inLobby();
    test.say("one");
    const [one] = sends(test) as [Sent];
    test.refuse(one, "never", "invalid");
    test.do({ type: "chosen", key: String(one.payload.client_id) });
    test.do({ type: "action", id: "edit", argument: "better", command: "edit" });
    const [again] = sends(test) as [Sent];
    expect(said([again])).toEqual(["better"]);
    expect(again.payload.client_id).not.toBe(one.payload.client_id);
  });

  it("sets aside what cuts the line three times in a row", () => {
    const test = inLobby();
    test.say("poison").say("good");
    for (let i = 0; i < 3; i++) {
      expect(said(sends(test))[0]).toBe("poison");
      test.cut().wait(12_000).welcome();
    }
    const [poison, good] = test.state.outbox.items;
    expect([poison?.is, good?.is]).toEqual(["failed", "waiting"]);
    expect(test.sent("message:send").map(({ payload }) => payload.after)).toEqual([null]);
    // Nobody has refused it: it may be stored, and is not called discarded.
    test.do({ type: "action", id: "discard", argument: "", command: "" });
    expect(test.state.outbox.items[0]?.client_id).toBe(poison!.client_id);
    expect(test.state.notice?.tone).toBe("error");
    // An entry of it that turns up later settles it all the same.
    test.live(message(3, "poison", ME, poison!.client_id));
    expect(test.state.outbox.items.map(({ client_id }) => client_id)).toEqual([good!.client_id]);
  });
});

describe("an own entry", () => {
  it("settles its message as the answer does, whichever is first", () => {
    const test = inLobby();
    test.say("one");
    const [one] = sends(test) as [Sent];
    test.live(own(3, "one", one));
    expect([pending(test), test.lines()]).toEqual([0, ["create", "hello", "one"]]);
    test.answer(one, stored(3));
    expect(test.lines()).toEqual(["create", "hello", "one"]);
  });

  it("settles from a page", () => {
    const test = inLobby();
    test.say("one");
    const [one] = sends(test) as [Sent];
    test
      .cut()
      .wait(600)
      .welcome([room(3)])
      .wait(400);
    const gap = test.sent("history:read")[0]!;
    expect(gap.payload).toMatchObject({ after: 2, place: { epoch: "e1", seq: 2, id: "r1-2" } });
    test.answer(gap, page(3, [own(3, "one", one)]));
    expect([pending(test), test.lines()]).toEqual([0, ["create", "hello", "one"]]);
  });

  it("is drawn once, at its place, while its answer is ahead of the log", () => {
    const test = inLobby();
    test.say("one");
    const [one] = sends(test) as [Sent];
    test.answer(one, stored(5));
    expect(test.state.outbox.items).toHaveLength(1);
    test.live(message(3, "x"), message(4, "y"), own(5, "one", one));
    expect(test.state.outbox.items).toHaveLength(0);
    expect(test.lines()).toEqual(["create", "hello", "x", "y", "one"]);
  });
});

describe("what points at an own message without a place", () => {
  it("waits for the place", () => {
    const test = inLobby();
    test.say("one");
    const [one] = sends(test) as [Sent];
    test.do({ type: "chosen", key: String(one.payload.client_id) });
    test.do({ type: "action", id: "edit", argument: "two", command: "edit" });
    expect(test.sent("message:edit")).toEqual([]);
    test.answer(one, stored(3));
    const [edit] = test.sent("message:edit") as [Sent];
    expect(edit.payload).toMatchObject({ target: { epoch: "e1", seq: 3, id: "r1-3" }, content: { text: "two" } });
  });

  it("stays chosen when it gets its place", () => {
    const test = inLobby();
    test.say("one");
    const [one] = sends(test) as [Sent];
    test.do({ type: "chosen", key: String(one.payload.client_id) });
    test.do({ type: "action", id: "edit", argument: "", command: "" });
    test.do({ type: "chosen", key: String(one.payload.client_id) });
    test.live(own(3, "one", one));
    expect(test.state.chosen).toBe(3);
    expect(currentRoom(test.state)?.mode).toMatchObject({ is: "edit", target: 3 });
  });

  it("changes or withdraws what was never sent", () => {
    const test = inLobby().cut();
    test.say("one").say("two");
    const [one, two] = test.state.outbox.items.map(({ client_id }) => client_id) as [string, string];
    test.do({ type: "chosen", key: one });
    test.do({ type: "action", id: "edit", argument: "better", command: "edit" });
    test.do({ type: "chosen", key: two });
    test.do({ type: "action", id: "delete", argument: "", command: "" }).do({ type: "delete_confirmed" });
    expect(
      test
        .wait(600)
        .welcome()
        .sent()
        .map(({ name }) => name),
    ).not.toContain("message:edit");
    expect(test.state.outbox.items.map(({ fields }) => fields)).toMatchObject([{ content: { text: "better" } }]);
  });
});

describe("another user", () => {
  it("gets nothing of what the one before has not sent", () => {
    const test = inLobby().cut();
    test.say("mine");
    test.wait(600).welcome([room()], { ...ME, id: "other", name: "other" });
    expect(sends(test)).toEqual([]);
    expect(test.state.stranded).toMatchObject([{ name: "me", texts: ["mine"] }]);
    expect(currentRoom(test.state)?.timeline.lines()).toEqual([]);
  });
});
