/** Ways into rooms: invitations, join codes, the address that holds one. */
import type { Entry } from "@proto";
import { describe, expect, it } from "vitest";
import { late } from "../src/core/late/all";
import { currentRoom } from "../src/core/state";
import { say } from "../src/core/late/words";
import { account, ADA, common, inLobby, ME, page, room, TestPage } from "./page";

const inbox = { ...room(4, "in", "inbox"), room: { ...room(4, "in", "inbox").room, kind: "inbox" as const } };

const invited = (seq: number, name: string): Entry => ({
  ...common(seq),
  kind: "invited",
  id: `in-${seq}`,
  room: `id-${name}`,
  name,
});

const invitations = { ...page(1, [invited(2, "attic"), invited(3, "cellar"), invited(4, "attic")]), room: "in" };
const summary = (joined: boolean) => ({ ...room(1, "id-attic", "attic").room, members: 3, joined });

/** A page in the lobby that holds its inbox. */
function withInbox(): TestPage {
  const test = new TestPage().welcome([room(), inbox]);
  test.clear().do({ type: "opened", room: "in" });
  test.answer(test.sent("history:read")[0]!, invitations);
  return test.do({ type: "opened", room: "r1" }).clear();
}

describe("an invitation", () => {
  it("goes to whoever is called so", () => {
    const test = inLobby().say("/invite @bob");
    const [asked] = test.sent("user:find");
    expect(asked?.payload.query).toBe("bob");
    const others = [account("b1", "bobby"), account("b2", "bob", "robert"), account("b3", "Robert", "bob")];
    test.answer(asked!, { users: others });
    const [sent] = test.sent("room:invite");
    expect(sent?.payload).toMatchObject({ room: "r1", user: "b3", after: null });
    test.answer(sent!, { seq: 3, id: "r1-3", time: 0, n: 1 });
    expect(test.state.notice?.text).toBe("Robert is invited.");
  });

  it("goes to nobody where nobody, or more than one, is called so", () => {
    const test = inLobby().say("/invite bob");
    test.answer(test.sent("user:find")[0]!, { users: [account("b1", "bobby")] });
    expect(test.state.notice?.text).toBe("There is nobody called bob.");
    test.say("/invite bob");
    const users = [account("b1", "Bob", "one"), account("b2", "bob", "two")];
    test.answer(test.sent("user:find")[0]!, { users });
    expect(test.state.notice?.text).toContain("Several people are called bob: one, two.");
    expect(test.sent("room:invite")).toEqual([]);
  });

  it("waits in the outbox while there is no connection", () => {
    const test = inLobby().say("/invite bob");
    const [asked] = test.sent("user:find");
    test.stores = false;
    test
      .answer(asked!, { users: [account("bob")] })
      .cut()
      .store()
      .wait(600)
      .clear()
      .welcome();
    test.stores = true;
    expect(test.store().sent("room:invite")).toHaveLength(1);
  });

  it("is taken up by name, or the newest one", () => {
    const test = withInbox().say("/accept");
    expect(test.sent("room:join")[0]!.payload).toMatchObject({ room: "id-attic" });
    test.say("/accept #Cellar");
    expect(test.sent("room:join")[0]!.payload).toMatchObject({ room: "id-cellar" });
    test.say("/accept garden");
    expect(test.state.notice?.text).toContain("There is no invitation for you.");
  });

  it("is over where a removal came after it", () => {
    const removed: Entry = { ...invited(5, "attic"), kind: "removed", room: "id-attic", name: "attic" };
    const test = withInbox();
    test.receive("entries", { room: "in", epoch: "e1", entries: [removed] });
    test.clear().say("/accept attic");
    expect(test.sent("room:join")).toEqual([]);
    expect(test.say("/accept").sent("room:join")[0]!.payload.room).toBe("id-cellar");
  });

  it("is looked for in the inbox where that was never opened", () => {
    const test = new TestPage().welcome([room(), inbox]).clear().say("/accept cellar");
    const [asked] = test.sent("history:read");
    expect(asked?.payload.room).toBe("in");
    test.answer(asked!, invitations);
    expect(test.sent("room:join")[0]!.payload).toMatchObject({ room: "id-cellar" });
  });

  it("opens the room once it is mine, and only opens it from then on", () => {
    const test = withInbox().do({ type: "wished", wish: { is: "join", room: "id-attic" } });
    test.answer(test.sent("room:join")[0]!, { seq: 5, id: "a-5", time: 0, n: 1 });
    const [sync] = test.sent("sync");
    test.answer(sync!, { time: test.now, rooms: [room(), inbox, room(5, "id-attic", "attic")], presence: [] });
    expect(currentRoom(test.state)?.room.name).toBe("attic");
    test.do({ type: "opened", room: "r1" }).clear().say("/accept attic");
    expect(currentRoom(test.state)?.room.name).toBe("attic");
    expect(test.sent("room:join")).toEqual([]);
    // The newest one that leads anywhere new.
    test.say("/accept");
    expect(test.sent("room:join")[0]!.payload.room).toBe("id-cellar");
  });
});

describe("a join code", () => {
  it("is made, listed and ended", () => {
    const test = inLobby().say("/invite");
    const made = { code: "ABCD-2345", room: "r1", by: "me", expires: 9, uses_left: 10 };
    test.answer(test.sent("code:create")[0]!, made);
    expect(test.state.dialog).toEqual({ is: "codes", room: "r1", codes: null, made });
    test.answer(test.sent("code:list")[0]!, { codes: [made] });
    expect(test.state.dialog).toMatchObject({ codes: [made], made });
    test.do({ type: "wished", wish: { is: "end_code", room: "r1", code: made.code } });
    test.answer(test.sent("code:end")[0]!, {});
    expect(test.state.notice?.text).toBe("That code lets nobody in any more.");
    test.answer(test.sent("code:list")[0]!, { codes: [] });
    expect(test.state.dialog).toMatchObject({ codes: [], made: null });
  });

  it("lets in, however it is typed", () => {
    const test = inLobby();
    for (const typed of ["ABCD2345", "https://chat.example/join/ABCD-2345/"]) {
      expect(test.say(`/accept ${typed}`).sent("code:find")[0]?.payload.code).toBe("ABCD-2345");
    }
    const [asked] = test.say("/accept abcd 2345").sent("code:find");
    expect(asked?.payload.code).toBe("ABCD-2345");
    test.answer(asked!, summary(false));
    expect(test.sent("room:join")[0]!.payload).toMatchObject({ room: "id-attic", code: "ABCD-2345" });
  });

  it("of a room that is mine by now only opens it", () => {
    const test = inLobby().say("/accept ABCD-2345");
    test.answer(test.sent("code:find")[0]!, summary(true));
    const [sync] = test.sent("sync");
    test.answer(sync!, { time: test.now, rooms: [room(), room(1, "id-attic", "attic")], presence: [] });
    expect(currentRoom(test.state)?.room.name).toBe("attic");
    expect(test.sent("room:join")).toEqual([]);
  });

  it("that nobody knows is refused in the server's words", () => {
    const test = inLobby().say("/accept ABCD-2345");
    test.refuse(test.sent("code:find")[0]!, "never", "not_found");
    expect(test.state.notice).toMatchObject({ text: "no", tone: "error" });
  });
});

describe("a page opened at a join code", () => {
  const opened = () => {
    const test = new TestPage();
    test.state.code = "abcd2345";
    return test;
  };
  const forgets = (test: TestPage) => test.effects.filter((effect) => effect.do === "forget_code").length;

  it("takes it up once, after the welcome, and forgets it", () => {
    const test = opened().welcome();
    expect(forgets(test)).toBe(1);
    expect(test.sent("code:find").map(({ payload }) => payload.code)).toEqual(["ABCD-2345"]);
    test.cut().wait(600).clear().welcome();
    expect(forgets(test)).toBe(0);
    expect(test.sent("code:find")).toEqual([]);
  });

  it("waits for what stands behind the page", () => {
    const test = opened();
    test.state.late = null;
    test.welcome();
    expect(test.effects).toContainEqual({ do: "load" });
    expect(test.sent("code:find")).toEqual([]);
    test.do({ type: "loaded", late });
    expect(test.sent("code:find")).toHaveLength(1);
  });
});

describe("what stands behind the page", () => {
  it("is loaded again where it was wished for, and the line stays", () => {
    const test = inLobby();
    test.state.late = null;
    test.say("/invite bob");
    expect(test.effects).toContainEqual({ do: "load" });
    expect(currentRoom(test.state)!.draft).toBe("/invite bob");
    expect(test.do({ type: "loaded", late }).clear().say("/invite bob").sent("user:find")).toHaveLength(1);
    expect(currentRoom(test.state)!.draft).toBe("");
  });

  it("does what was wished for before it was there, once and in order", () => {
    const test = inLobby();
    test.state.late = null;
    const create = (argument: string) => test.do({ type: "action", id: "create", argument, command: "" });
    create("ops");
    create("dev").do({ type: "moved_choice", by: -1 });
    expect(test.effects).toContainEqual({ do: "load" });
    expect(test.state.notice?.text).toBe(say("WAITING"));
    expect(test.sent("room:create")).toEqual([]);
    test.do({ type: "loaded", late });
    expect(test.state.notice).toBeNull();
    const made = test.sent("room:create").map(({ payload }) => payload);
    expect(made.map(({ name }) => name)).toEqual(["ops", "dev"]);
    expect(new Set(made.map(({ client_id }) => client_id)).size).toBe(2);
    expect(test.state.put_off).toEqual([]);
  });

  it("does nothing of it for somebody else", () => {
    const test = inLobby();
    test.state.late = null;
    test.do({ type: "action", id: "create", argument: "ops", command: "" });
    test
      .cut()
      .wait(600)
      .welcome([room()], { ...ME, id: "other" });
    expect(test.do({ type: "loaded", late }).sent("room:create")).toEqual([]);
  });

  it("gives up with the connection what it asked for", () => {
    const test = inLobby().say(`/whois ${ADA.name}`);
    expect(test.sent("user:find")).toHaveLength(1);
    test.cut();
    expect(test.state.notice?.text).toContain("There is no connection.");
  });
});
