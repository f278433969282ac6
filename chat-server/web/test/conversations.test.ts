/** Conversations: who is meant, and a first line that waits until there is a room for it. */
import { describe, expect, it } from "vitest";
import { addressed } from "../src/core/late/find";
import { homeless } from "../src/core/stranded";
import { currentRoom } from "../src/core/state";
import { account, direct, inLobby, ME, member, page, message, room, TestPage, type Sent } from "./page";
import { MemoryOutbox } from "../src/rim/storage/memory";

const BOB = account("bob");
const CAROL = account("carol");
const made = { room: direct("d1", BOB).room, seq: 1, id: "d1-1", time: 1, n: 0 };
const draft = (test: TestPage) => test.state.rooms.get("r1")!.draft;
const said = (sent: Sent[]) => sent.map(({ payload }) => (payload.content as { text: string }).text);

/** The name is found. */
function found(test: TestPage, ...users: (typeof BOB)[]): TestPage {
  return test.answer(test.sent("user:find")[0]!, { users });
}

/** The conversation is mine. */
function synced(test: TestPage, ...people: (typeof BOB)[]): TestPage {
  const [asked] = test.sent("sync");
  const rooms = [room(), { ...direct("d1", ...people), head: { seq: 1, id: "d1-1" }, n: 0 }];
  return test.answer(asked!, { time: test.now, rooms, presence: [] });
}

describe("a conversation", () => {
  it("is opened with whoever is named", () => {
    const test = found(inLobby().say("/msg @bob"), BOB);
    const [sent] = test.sent("direct:open");
    expect(sent?.payload).toMatchObject({ users: ["bob"] });
    expect(sent?.payload).not.toHaveProperty("after");
    expect(synced(test.answer(sent!, made), BOB).state.current).toBe("d1");
  });

  it("is opened with several, each looked up", () => {
    const test = found(inLobby().say("/msg bob,@carol"), BOB);
    const [second] = test.sent("user:find");
    expect(second?.payload.query).toBe("carol");
    test.answer(second!, { users: [CAROL] });
    expect(test.sent("direct:open")[0]!.payload.users).toEqual(["bob", "carol"]);
  });

  it("that is there already is shown at once", () => {
    const test = new TestPage().welcome([room(), direct("d1", BOB), direct("d2", BOB, CAROL)]).clear();
    found(test.say("/msg bob and hello"), BOB);
    expect(test.state.current).toBe("d1");
    const sent = test.sent();
    expect(sent.filter(({ name }) => name === "direct:open")).toEqual([]);
    expect(sent.find(({ name }) => name === "message:send")?.payload).toMatchObject({ room: "d1" });
  });

  it("is had with people whose names are more than one word", () => {
    const people = [member("g1", "Guest One"), member("g2", "Guest")];
    const read = (line: string) => addressed(line, people);
    expect(read("@Guest One hello there")).toEqual({ names: ["Guest One"], text: "hello there" });
    expect(read("guest one,@bob")).toEqual({ names: ["Guest One", "bob"], text: "" });
    expect(read("Guest Onehello")).toEqual({ names: ["Guest"], text: "Onehello" });
    expect(read("bob , carol hi, you")).toEqual({ names: ["bob", "carol"], text: "hi, you" });
  });

  it("is had with guests whom one meets, too", () => {
    const test = inLobby();
    test.receive("presence:changed", {
      room: "r1",
      online: 2,
      total: 2,
      changes: [member("g1", "Guest One")],
      gone: [],
    });
    test.do({ type: "wished", wish: { is: "talk", user: "g1" } });
    expect(test.sent("direct:open")[0]!.payload.users).toEqual(["g1"]);
  });
});

describe("a first line to somebody", () => {
  it("is said once there is a room for it", () => {
    const test = inLobby().say("/msg bob hello\nthere");
    expect(draft(test), "it stands in the composer until they are found").toBe("/msg bob hello\nthere");
    found(test, BOB);
    expect(draft(test)).toBe("");
    const sent = test.sent();
    expect(sent.map(({ name }) => name)).toContain("direct:open");
    expect(sent.map(({ name }) => name)).not.toContain("message:send");
    test.answer(
      sent.find(({ name }) => name === "direct:open")!,
      made,
    );
    const [line] = test.sent("message:send");
    expect(line?.payload).toMatchObject({ room: "d1", after: null, content: { text: "hello\nthere" } });
  });

  it("is not asked for twice by a second Enter", () => {
    const test = inLobby().say("/msg bob hello").clear();
    test.do({ type: "action", id: "send", argument: "", command: "" });
    expect(test.sent("user:find")).toEqual([]);
  });

  it("stays in the composer where nobody is called so, and where the line is cut", () => {
    const test = found(inLobby().say("/msg bob hello"));
    expect(draft(test)).toBe("/msg bob hello");
    expect(test.state.notice?.text).toBe("There is nobody called bob.");
    test.clear().do({ type: "action", id: "send", argument: "", command: "" });
    expect(test.sent("user:find")).toHaveLength(1);
    test.cut();
    expect(draft(test)).toBe("/msg bob hello");
    expect(test.state.outbox.items).toEqual([]);
  });

  it("stays in the composer where the server says nothing of them", () => {
    const test = inLobby().say("/msg bob hello").wait(14_000);
    expect(test.state.rooms.get("r1")!.entering).toHaveLength(1);
    test.wait(2_000);
    expect(test.state.rooms.get("r1")!.entering).toEqual([]);
    expect(draft(test)).toBe("/msg bob hello");
  });

  it("is tried again together with what makes its room", () => {
    const test = found(inLobby().say("/msg bob hello"), BOB);
    // What makes the room cuts the line three times, and is set aside with all that follows from it.
    for (let i = 0; i < 3; i++) test.cut().wait(11_000).welcome();
    expect(test.state.outbox.items.map(({ is }) => is)).toEqual(["failed", "failed"]);
    test.clear().do({ type: "action", id: "retry", argument: "", command: "" });
    const [open] = test.sent("direct:open");
    expect(said(test.answer(open!, made).sent("message:send"))).toEqual(["hello"]);
  });

  it("waits with its room while there is no connection, and over a reload", () => {
    const outbox = new MemoryOutbox();
    const test = inLobby(new TestPage(outbox));
    found(test.say("/msg bob hello"), BOB);
    test.cut();
    expect(test.state.outbox.items.map(({ name, is }) => [name, is])).toEqual([
      ["direct:open", "waiting"],
      ["message:send", "waiting"],
    ]);
    const again = new TestPage(outbox).welcome();
    const [open] = again.sent("direct:open");
    expect(open?.payload.users).toEqual(["bob"]);
    again.answer(open!, made);
    expect(said(again.sent("message:send"))).toEqual(["hello"]);
    expect(synced(again.wait(40_000), BOB).state.current).toBe("d1");
  });

  it("is taken without a connection for somebody whom the page has met", () => {
    const test = inLobby();
    test.receive("presence:changed", {
      room: "r1",
      online: 2,
      total: 2,
      changes: [{ ...member("bob"), kind: "account", identity: "bob" }],
      gone: [],
    });
    test.cut().say("/msg bob one").say("/msg bob two").say("/msg stranger three");
    expect(draft(test), "whom nobody knows nothing can be said to").toBe("/msg stranger three");
    test.wait(600).clear().welcome();
    const opens = test.sent("direct:open");
    expect(opens).toHaveLength(2);
    for (const open of opens) test.answer(open, made);
    const lines = test.sent("message:send");
    expect(said(lines)).toEqual(["one", "two"]);
    expect(lines[1]!.payload.after).toBe(lines[0]!.payload.client_id);
  });

  it("keeps its place before the next one, whichever of them is answered first", () => {
    const test = found(inLobby().say("/msg bob one"), BOB);
    const [first] = test.sent("direct:open");
    found(test.say("/msg bob two"), BOB);
    const [second] = test.sent("direct:open");
    test.refuse(first!, "later", "slow_down", 5_000).answer(second!, made);
    // The conversation is known, and what was said first still waits.
    synced(test, BOB).do({ type: "opened", room: "r1" });
    found(test.say("/msg bob three"), BOB);
    expect(test.sent("message:send")).toEqual([]);
    const [again] = test.wait(5_100).sent("direct:open");
    test.answer(again!, made);
    const lines = test.sent("message:send");
    expect(said(lines)).toEqual(["one", "two", "three"]);
    expect(lines.map(({ payload }) => payload.after)).toEqual([
      null,
      lines[0]!.payload.client_id,
      lines[1]!.payload.client_id,
    ]);
  });

  it("is answered once its room is known, so that what points at it finds it", () => {
    const test = found(inLobby().say("/msg bob hello"), BOB);
    test.answer(test.sent("direct:open")[0]!, made);
    const sent = test.sent();
    const stored = { seq: 2, id: "d1-2", time: 1, n: 1 };
    const line = sent.find(({ name }) => name === "message:send")!;
    test.answer(line, stored);
    expect(test.state.outbox.items.find(({ name }) => name === "message:send")?.is).toBe("waiting");
    const rooms = [room(), { ...direct("d1", BOB), head: { seq: 2, id: "d1-2" }, n: 1 }];
    test.answer(
      sent.find(({ name }) => name === "sync")!,
      { time: test.now, rooms, presence: [] },
    );
    const [again] = test.sent("message:send");
    expect(again?.payload.client_id).toBe(line.payload.client_id);
    test.answer(again!, stored);
    const { view } = test.outbox.runNow({ server: "server", user: "me" }, []);
    const own = view.items.find(({ client_id }) => client_id === line.payload.client_id);
    expect(own).toMatchObject({ is: "answered", place: { epoch: "e1", seq: 2 } });
  });

  it("is kept to be copied where the conversation is refused", () => {
    const test = found(inLobby().say("/msg bob hello"), BOB);
    test.refuse(test.sent("direct:open")[0]!, "never", "forbidden");
    expect(test.sent("message:send")).toEqual([]);
    expect(homeless(test.state).map(({ text }) => text)).toEqual(["hello"]);
    // There is no room to say it in, so trying again says nothing anywhere.
    test.do({ type: "action", id: "retry", argument: "", command: "" }).wait(20_000);
    expect(test.sent("message:send")).toEqual([]);
  });

  it("is drawn in its room as any line under way", () => {
    const test = found(inLobby().say("/msg bob hello"), BOB);
    synced(test.answer(test.sent("direct:open")[0]!, made), BOB);
    const [head] = test.sent("history:read");
    const first = { ...message(1, ""), content: undefined, kind: "create", name: "direct-1", id: "d1-1" };
    test.answer(head!, { ...page(1, [first as never]), room: "d1", head: { seq: 1, id: "d1-1" } });
    const own = test.state.outbox.items.find(({ name }) => name === "message:send")!;
    test.receive("entries", {
      room: "d1",
      epoch: "e1",
      entries: [{ ...message(2, "hello", ME, own.client_id), id: "d1-2" }],
    });
    expect(test.state.outbox.items.filter(({ is }) => is !== "answered")).toEqual([]);
    expect(currentRoom(test.state)!.timeline.lines().at(-1)).toMatchObject({ content: { text: "hello" } });
  });
});
