import { describe, expect, it } from "vitest";
import { keys } from "../src/core/late/target";
import { members } from "../src/core/people";
import { currentRoom, unread } from "../src/core/state";
import { ADA, inLobby, ME, member, message, page, room, TestPage } from "./page";

const here = (test: TestPage) => currentRoom(test.state)!;

describe("a gap on a live line", () => {
  it("is fetched after a grace, until nothing is missing", () => {
    const test = inLobby();
    test.live(message(5, "five"));
    expect(test.sent("history:read")).toEqual([]);
    const [asked] = test.wait(310).sent("history:read");
    expect(asked?.payload).toMatchObject({ after: 2 });
    test.answer(asked!, page(3, [message(3, "three")], 5));
    const [more] = test.sent("history:read");
    expect(more?.payload).toMatchObject({ after: 3 });
    test.answer(more!, page(4, [message(4, "four")], 5));
    expect(test.lines()).toEqual(["create", "hello", "three", "four", "five"]);
    expect(test.wait(400).sent("history:read")).toEqual([]);
  });

  it("that closes by itself is not fetched", () => {
    const test = inLobby();
    test.live(message(4, "four")).live(message(3, "three"));
    expect(test.wait(400).sent("history:read")).toEqual([]);
    expect(test.lines()).toEqual(["create", "hello", "three", "four"]);
  });

  it("of more than can be caught up drops the lines and starts at the head", () => {
    const test = inLobby().cut().wait(600).clear();
    test.welcome([room(2_000)]);
    const [asked] = test.sent("history:read");
    expect(asked?.payload.after).toBeUndefined();
    expect(test.lines()).toEqual([]);
  });
});

describe("a log that was copied back while the line was down", () => {
  it("shows nothing that came ahead of a gap before that", () => {
    const test = inLobby();
    test.live(message(4, "lost in the copy")).cut().wait(600).clear();
    test
      .welcome([room(2)])
      .live(message(3, "three"))
      .live(message(4, "four"));
    expect(test.lines()).toEqual(["create", "hello", "three", "four"]);
  });

  it("is asked about by the cursor of before, whatever came since", () => {
    const test = inLobby();
    test.live(message(3, "lost in the copy")).cut().wait(600).clear();
    // Live entries of the new log, before the welcome and behind the old head.
    test.live({ ...message(4, "four"), id: "other-4" });
    test.welcome([room(4)]);
    expect(test.sent("sync")[0]?.payload).toMatchObject({ cursors: [{ seq: 3, id: "r1-3" }] });
  });

  it("ends where the server says, though more of it was known", () => {
    const test = inLobby();
    test.live(message(5, "lost in the copy")).cut().wait(600).clear();
    test.welcome([room(3)]);
    expect(here(test).head.seq).toBe(3);
    const [sync] = test.sent("sync");
    test.answer(sync!, { time: test.now, rooms: [room(3)], presence: [] }).wait(310);
    const [asked] = test.sent("history:read");
    test.answer(asked!, page(3, [message(3, "of the copy")]));
    expect(test.lines()).toEqual(["create", "hello", "of the copy"]);
    expect(test.clear().wait(1_000).sent("history:read")).toEqual([]);
  });

  it("has lost what was answered and never seen", () => {
    const test = inLobby().say("mine");
    test.answer(test.sent("message:send")[0]!, { seq: 9, id: "r1-9", time: test.now, n: 8 });
    expect(keys(test.state)).toHaveLength(2);
    test.cut().wait(600);
    expect(keys(test.state), "nobody has said yet that it is lost").toHaveLength(2);
    test.welcome([room(2)]);
    expect(keys(test.state)).toEqual([2]);
  });

  it("is read anew where more is held than the cursor vouches for", () => {
    const test = inLobby();
    const edit = {
      ...message(9, ""),
      kind: "edit",
      target: { seq: 2, id: "r1-2" },
      content: { type: "text", text: "?" },
    };
    test.live(message(5, "five")).wait(310);
    const [asked] = test.sent("history:read");
    test.answer(asked!, page(3, [message(3, "three")], 9, [edit as never]));
    test.cut().wait(600);
    expect(test.lines()).toContain("three");
    test.clear().welcome([room(9)]);
    expect(test.lines()).toEqual([]);
    expect(test.sent("history:read")[0]?.payload.after).toBeUndefined();
  });
});

describe("sync", () => {
  it("comes with cursors after a welcome to a page that holds lines", () => {
    const test = inLobby().cut().wait(600).clear().welcome();
    const [sync] = test.sent("sync");
    expect(sync?.payload).toMatchObject({ cursors: [{ room: "r1", epoch: "e1", seq: 2, id: "r1-2" }], show: ["r1"] });
  });

  it("comes again after its time", () => {
    const test = inLobby();
    const [sync] = test.wait(36_001).sent("sync");
    expect(sync).toBeDefined();
  });

  it("that says so drops the room's lines", () => {
    const test = inLobby().cut().wait(600).clear().welcome();
    const [sync] = test.sent("sync");
    test.answer(sync!, { time: test.now, rooms: [{ ...room(1), epoch: "e2", reset: true }], presence: [] });
    expect(here(test).timeline.epoch).toBe("e2");
    expect(test.sent("history:read")[0]?.payload.after).toBeUndefined();
  });

  it("without a room means that it is no longer mine", () => {
    const test = new TestPage().welcome([room(), room(1, "r2", "ops")]);
    test.do({ type: "opened", room: "r2" }).clear();
    test.cut().wait(600).welcome([room()]);
    expect([...test.state.rooms.keys()]).toEqual(["r1"]);
    expect(here(test).room.name).toBe("lobby");
  });

  it("is asked for when entries come of a room that is not known", () => {
    const test = inLobby();
    test.receive("entries", { room: "r9", epoch: "e9", entries: [message(1, "x")] });
    expect(test.sent().map(({ name }) => name)).toEqual(["sync"]);
  });
});

describe("what is read", () => {
  const away = (test: TestPage) => test.do({ type: "attention", visible: true, focused: false });

  it("is told at most once a second, when the newest line is in view", () => {
    const test = inLobby().wait(1_000).clear();
    test.live(message(3, "three"));
    expect(test.sent("room:mark_read")[0]?.payload).toMatchObject({ place: { epoch: "e1", seq: 3, id: "r1-3" } });
    test.live(message(4, "four")).live(message(5, "five"));
    expect(test.sent("room:mark_read")).toEqual([]);
    expect(test.wait(1_001).sent("room:mark_read")[0]?.payload).toMatchObject({ place: { seq: 5 } });
  });

  it("is told as well when the room is left before the second is over", () => {
    const test = inLobby()
      .welcome([room(2), room(1, "r2", "ops")])
      .wait(1_000)
      .clear();
    test.live(message(3, "three")).live(message(4, "four"));
    test.clear().do({ type: "opened", room: "r2" });
    expect(test.sent("room:mark_read")[0]?.payload).toMatchObject({ room: "r1", place: { seq: 4 } });
    expect(unread(test.state.rooms.get("r1")!)).toEqual({ unread: 0, mentions: 0 });
  });

  it("is not told while nobody looks", () => {
    const test = away(inLobby().wait(1_000)).clear();
    test.live(message(3, "three"), message(4, "@me", ADA, "c4", ["me"]));
    expect(test.sent("room:mark_read")).toEqual([]);
    expect(unread(here(test))).toEqual({ unread: 2, mentions: 1 });
    expect(here(test).marker).toBe(2);
    test.do({ type: "attention", visible: true, focused: true });
    expect(test.sent("room:mark_read")).toHaveLength(1);
    // The line stays where it was.
    expect(here(test).marker).toBe(2);
  });

  it("is the server's figure, and what came after it was counted", () => {
    const test = away(inLobby()).clear();
    test.live(message(3, "three"), message(4, "four"));
    const read = { seq: 2, n: 1, unread: 1, mentions: 0 };
    test.receive("read:changed", { room: "r1", read });
    // It had counted up to the second message; the third is added.
    expect(unread(here(test)).unread).toBe(2);
    test.receive("read:changed", { room: "r1", read: { ...read, unread: 2 } });
    expect(unread(here(test)).unread).toBe(2);
  });

  it("does not count what I write myself", () => {
    const test = away(inLobby()).clear();
    test.live(message(3, "mine", ME));
    expect(unread(here(test)).unread).toBe(0);
  });
});

describe("the connection", () => {
  it("comes back by itself, later each time, and at once when asked", () => {
    const test = inLobby();
    test.cut();
    const waits: number[] = [];
    for (let i = 0; i < 7; i++) {
      const { link } = test.state;
      if (link.is !== "waiting") throw new Error(link.is);
      waits.push(link.until - test.now);
      test.wait(link.until - test.now);
      expect(test.state.link.is).toBe("opening");
      test.do({ type: "refused", attempt: test.state.attempt, error: null });
    }
    expect(waits).toEqual([...waits].sort((a, b) => a - b));
    expect(waits[0]).toBeGreaterThanOrEqual(500);
    expect(waits.at(-1)).toBeLessThanOrEqual(10_000);
    test.do({ type: "action", id: "reconnect", argument: "", command: "" });
    expect(test.state.link.is).toBe("opening");
  });

  it("obeys a server that is closing", () => {
    const test = inLobby();
    const error = { code: "unavailable", message: "restarting", retry: "later", retry_after_ms: 3_000 } as const;
    test.receive("closing", { error }).cut();
    expect(test.state.link).toEqual({ is: "waiting", until: test.now + 3_000 });
  });

  it("that is refused for good stays down, and says why", () => {
    const test = inLobby().cut().wait(600);
    const error = { code: "update_needed", message: "Reload the page.", retry: "never" } as const;
    test.do({ type: "refused", attempt: test.state.attempt, error });
    expect(test.state.link).toEqual({ is: "failed", reason: "Reload the page." });
    expect(test.wait(60_000).state.link.is).toBe("failed");
  });

  it("forgets a token that is of no use any more, and asks for a name", () => {
    const test = inLobby();
    test.receive("closing", { error: { code: "signed_out", message: "Ended.", retry: "never" } }).cut();
    expect(test.effects).toContainEqual({ do: "keep_guest", guest: null });
    expect(test.state).toMatchObject({ screen: "name", wished: "me", credentials: null });
  });

  it("is ended by the page where the server does not do what it said", () => {
    const test = inLobby();
    test.receive("closing", { error: { code: "unavailable", message: "restarting", retry: "later" } }).clear();
    expect(test.wait(9_000).state.link.is).toBe("connected");
    expect(test.wait(1_001).effects).toContainEqual({ do: "disconnect" });
    expect(test.state.link.is).toBe("waiting");
  });

  it("waits for a server that cannot tell yet whose session it is", () => {
    const test = new TestPage();
    test.state.session_known = false;
    test.state.link = { is: "opening", since: test.now };
    test.do({ type: "session_unreadable" }).clear();
    expect(test.state.link.is).toBe("waiting");
    expect(test.wait(1_000).effects).toEqual([{ do: "read_session" }]);
  });

  it("does not hear what a former one says late", () => {
    const test = inLobby();
    const former = test.state.attempt;
    test.cut().wait(600);
    const entries = { room: "r1", epoch: "e1", entries: [message(3, "late")] };
    test.do({ type: "received", attempt: former, event: { name: "entries", payload: entries } });
    expect(test.lines()).toEqual(["create", "hello"]);
  });

  it("stores the guest before the first connect", () => {
    const test = new TestPage();
    test.do({ type: "session_read", user: null, server: { id: "s", name: "Chat", version: "1" } }).clear();
    test.do({ type: "named", name: " ada ", token: "x".repeat(43) });
    expect(test.effects.map((effect) => effect.do)).toEqual(["keep_guest", "connect"]);
    expect(test.effects[1]).toMatchObject({ auth: { guest: "ada", token: "x".repeat(43), protocol: 1 } });
  });
});

describe("the list of people", () => {
  const listed = (test: TestPage) => members(here(test)).map(({ id, presence }) => `${id} ${presence}`);
  const offline = (id: string) => ({ ...member(id), presence: "offline" as const });

  /** A page whose list has been read: a visitor and a member are here. */
  function withPeople(): TestPage {
    const test = new TestPage().welcome();
    const [asked] = test.sent("room:members");
    return test.answer(asked!, { online: 2, total: 2, members: [member("member"), member("visitor")] }).clear();
  }

  it("keeps a member who is offline, and nobody whose visit is over", () => {
    const test = withPeople();
    const changes = [offline("member"), offline("visitor")];
    test.receive("presence:changed", { room: "r1", online: 0, total: 1, changes, gone: ["visitor"] });
    expect(listed(test)).toEqual(["member offline"]);
    test.receive("presence:changed", { room: "r1", online: 1, total: 1, changes: [member("visitor")], gone: [] });
    expect(listed(test)).toEqual(["visitor online", "member offline"]);
  });

  it("is read anew once somebody went without a word", () => {
    const test = withPeople();
    test.wait(60_000);
    const [sync] = test.sent("sync");
    const presence = [{ room: "r1", online: 1, total: 1, members: [member("me")] }];
    test.answer(sync!, { time: test.now, rooms: [room()], presence });
    const [asked] = test.sent("room:members");
    test.answer(asked!, { online: 1, total: 2, members: [member("me"), offline("member")] });
    expect(listed(test)).toEqual(["me online", "member offline"]);
    // Whoever is offline by then is nothing new.
    test.wait(60_000);
    const [again] = test.sent("sync");
    test.answer(again!, { time: test.now, rooms: [room()], presence });
    expect(test.sent("room:members")).toEqual([]);
  });
});
