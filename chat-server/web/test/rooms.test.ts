/** Rooms of all kinds: how they are listed, what changes about them, who may do what, and being removed. */
import type { Entry, RoomState } from "@proto";
import { describe, expect, it } from "vitest";
import { called } from "../src/core/called";
import { silence } from "../src/core/may";
import { RowMaker } from "../src/core/rows";
import { currentRoom, listed, unread } from "../src/core/state";
import { matches } from "../src/core/switcher";
import { sentences } from "../src/core/system";
import { account, ADA, common, direct, inLobby, ME, member, message, page, room, rules, TestPage } from "./page";

const BOB = account("bob");
const CAROL = account("carol");
const ME_TOO = { id: "me", name: "me", color: "#7aa2f7" };

/** The wire's author of somebody. */
const by = ({ id, name, color }: { id: string; name: string; color: string }) => ({ id, name, color });

const entry = (seq: number, body: object, author = ADA) => ({ ...common(seq, author), n: 1, ...body }) as Entry;

function kind(state: RoomState, kind: "private" | "inbox"): RoomState {
  return { ...state, room: { ...state.room, kind } };
}

const inbox = (unread = 0) => kind(room(2, "in", "inbox", { unread }), "inbox");

/** A page in the lobby, with these rooms beside it. */
function among(...rooms: RoomState[]): TestPage {
  const test = new TestPage().welcome([room(), ...rooms]);
  const [asked] = test.sent("history:read");
  return test.answer(asked!, page(1, [entry(1, { kind: "create", name: "lobby" }), message(2, "hello")])).clear();
}

/** Synchronises to these rooms alone. */
function sync(test: TestPage, rooms: RoomState[]): TestPage {
  const [asked] = test.sent("sync");
  return test.answer(asked!, { time: test.now, rooms, presence: [] });
}

const copyOf = (test: TestPage, id: string) => test.state.rooms.get(id)!;
const drawn = (test: TestPage) =>
  currentRoom(test.state)!
    .timeline.lines()
    .flatMap((line) => sentences(line));

describe("the list of rooms", () => {
  it("has the lobby, rooms by name, conversations by people, then the inbox", () => {
    const test = among(
      inbox(),
      direct("d2", CAROL),
      room(1, "r3", "ops"),
      direct("d1", BOB, CAROL),
      kind(room(1, "r2", "attic"), "private"),
    );
    const names = listed(test.state).map(called);
    expect(names).toEqual(["#lobby", "#attic", "#ops", "bob, carol", "carol", "Inbox"]);
    test.do({ type: "action", id: "room_by_number", argument: "Alt+5", command: "" });
    expect(test.state.current).toBe("d2");
    expect(matches(test.state, "caro").map(called)).toEqual(["carol", "bob, carol"]);
  });

  it("finds no conversation by the name that nobody sees", () => {
    const test = among(direct("d1", BOB));
    expect(matches(test.state, "direct")).toEqual([]);
    test.do({ type: "join_wished", name: "direct-d1" });
    expect(test.sent("room:find")).toHaveLength(1);
  });

  it("follows the names of a conversation's people", () => {
    const test = among(direct("d1", BOB));
    test.receive("user:changed", { user: { ...BOB, name: "Robert" } });
    expect(called(copyOf(test, "d1"))).toBe("Robert");
  });
});

describe("a line that nobody said", () => {
  const bob = by(BOB);
  it.each([
    [{ kind: "invite", user: bob }, ["ada invited bob"]],
    [{ kind: "add", user: bob }, ["ada added bob"]],
    [{ kind: "remove", user: bob }, ["ada removed bob"]],
    [{ kind: "role", user: bob, role: "moderator" }, ["bob is moderator now, by ada"]],
    [{ kind: "invited", room: "r9", name: "attic" }, ["ada invites you into #attic. /accept attic takes you there."]],
    [{ kind: "removed", room: "r9", name: "attic" }, ["ada removed you from #attic."]],
    [
      { kind: "settings", name: "attic", title: "", visibility: "private", post: "moderators", archived: true },
      [
        "ada calls this room #attic now",
        "ada cleared the title",
        "ada closed this room to all but those who are invited",
        "ada lets moderators alone write",
        "ada archived this room",
      ],
    ],
    [
      { kind: "settings", title: "Tea", visibility: "public", invite: "members", history: "joined", archived: false },
      [
        "ada set the title: Tea",
        "ada opened this room to everybody",
        "ada lets all members invite",
        "ada lets new members read only what is said from then on",
        "ada opened this room again",
      ],
    ],
  ])("is a sentence for each thing: %j", (body, said) => {
    const test = inLobby().live(entry(3, body));
    expect(drawn(test).slice(-said.length)).toEqual(said);
  });

  it("of a conversation does not tell the name that it was made with", () => {
    const test = among(direct("d1", BOB)).do({ type: "opened", room: "d1" });
    const made = { ...entry(1, { kind: "create", name: "direct-1", people: [bob] }), id: "d1-1" };
    test.answer(test.sent("history:read")[0]!, { ...page(1, [made, { ...message(2, "hi"), id: "d1-2" }]), room: "d1" });
    const rows = new RowMaker().make(test.state, currentRoom(test.state)).rows;
    expect(rows.map(({ is }) => is)).toEqual(["top", "day", "message"]);
  });
});

describe("what changes about a room", () => {
  it("is its name, heading, kind and rules, at once", () => {
    const test = inLobby();
    const other = among(room(2, "r2", "ops"));
    other.receive("entries", {
      room: "r2",
      epoch: "e1",
      entries: [entry(3, { kind: "settings", name: "attic", title: "Tea", visibility: "private", post: "moderators" })],
    });
    expect(copyOf(other, "r2").room).toEqual({
      id: "r2",
      name: "attic",
      title: "Tea",
      topic: "",
      kind: "private",
      settings: rules({ post: "moderators" }),
    });
    expect(listed(other.state).map(called)).toEqual(["#lobby", "#attic"]);
    test.live(entry(3, { kind: "settings", archived: true }));
    expect(copyOf(test, "r1").room).toMatchObject({ name: "lobby", settings: rules({ archived: true }) });
  });

  it("is who is in it, and in which role", () => {
    const test = inLobby();
    test.live(entry(3, { kind: "add", user: by(BOB) }));
    expect(copyOf(test, "r1").people.get("bob")).toMatchObject({ name: "bob", presence: "offline" });
    test.live(entry(4, { kind: "role", user: by(BOB), role: "owner" }));
    expect(copyOf(test, "r1").people.get("bob")?.room_role).toBe("owner");
    test.live(entry(5, { kind: "remove", user: by(BOB) }));
    expect(copyOf(test, "r1").people.has("bob")).toBe(false);
    test.live(entry(6, { kind: "role", user: ME_TOO, role: "moderator" }));
    expect(copyOf(test, "r1").role).toBe("moderator");
  });

  it("is who is a program in it", () => {
    const test = inLobby();
    test.live(entry(3, { kind: "add", user: { ...by(BOB), bot: true } }));
    expect(copyOf(test, "r1").people.get("bob")).toMatchObject({ kind: "bot", presence: "offline" });
  });

  it("is what somebody may on the server, and that they may not any more", () => {
    const test = inLobby();
    test.live(entry(3, { kind: "add", user: by(BOB) }));
    test.receive("user:changed", { user: { ...BOB, role: "moderator" } });
    expect(copyOf(test, "r1").people.get("bob")?.role).toBe("moderator");
    test.receive("user:changed", { user: BOB });
    expect(copyOf(test, "r1").people.get("bob")?.role).toBeUndefined();
  });

  it("is told anew by each sync", () => {
    const test = inLobby().wait(40_000);
    sync(test, [{ ...room(), role: "owner" }]);
    expect(copyOf(test, "r1").role).toBe("owner");
  });

  it("of an inbox is unread, and told", () => {
    const test = among(inbox());
    const told = entry(3, { kind: "invited", room: "r9", name: "attic", n: 2 });
    test.receive("entries", { room: "in", epoch: "e1", entries: [told] });
    expect(unread(copyOf(test, "in")).unread).toBe(1);
    expect(test.state.notice?.text).toContain("ada invites you into #attic");
    // Who looks at it sees it.
    test.do({ type: "opened", room: "in" }).do({ type: "action", id: "cancel", argument: "", command: "" });
    test.receive("entries", {
      room: "in",
      epoch: "e1",
      entries: [entry(4, { kind: "invited", room: "r8", name: "den" })],
    });
    expect(test.state.notice).toBeNull();
  });

  it("of an inbox is told also where it is the first thing that is heard of it", () => {
    const test = inLobby();
    const told = entry(2, { kind: "invited", room: "r9", name: "attic", n: 1 });
    test.receive("entries", { room: "in", epoch: "e1", entries: [entry(1, { kind: "create", name: "inbox" }), told] });
    expect(test.state.notice?.text).toContain("ada invites you into #attic");
    expect(test.sent("sync")).toHaveLength(1);
  });
});

describe("who has gone", () => {
  it("does not come back by the word that they are away", () => {
    const test = inLobby();
    const gone = { ...member("bob"), presence: "offline" as const };
    test.receive("presence:changed", { room: "r1", online: 2, total: 2, changes: [member("bob")], gone: [] });
    test.receive("presence:changed", { room: "r1", online: 1, total: 2, changes: [gone], gone: [] });
    expect(copyOf(test, "r1").people.get("bob")?.presence).toBe("offline");
    test.live(entry(3, { kind: "remove", user: by(BOB) }));
    test.receive("presence:changed", { room: "r1", online: 1, total: 1, changes: [gone], gone: ["bob"] });
    expect(copyOf(test, "r1").people.has("bob")).toBe(false);
  });

  it("keeps a role that presence says nothing of", () => {
    const test = inLobby();
    test.receive("presence:changed", { room: "r1", online: 2, total: 2, changes: [member("bob")], gone: [] });
    test.live(entry(3, { kind: "role", user: by(BOB), role: "owner" }));
    test.receive("presence:changed", { room: "r1", online: 2, total: 2, changes: [member("bob")], gone: [] });
    expect(copyOf(test, "r1").people.get("bob")?.room_role).toBe("owner");
  });
});

describe("being removed", () => {
  const opened = () => {
    const test = among(room(2, "r2", "attic"), room(1, "r3", "ops"));
    return test.do({ type: "opened", room: "r3" }).do({ type: "opened", room: "r2" }).clear();
  };

  it("from the room that is open leads to the lobby, and is told", () => {
    const test = opened();
    test.receive("entries", { room: "r2", epoch: "e1", entries: [entry(3, { kind: "remove", user: ME_TOO })] });
    expect(currentRoom(test.state)?.room.name).toBe("lobby");
    expect(test.state.notice?.text).toBe("ada removed you from #attic.");
    sync(test, [room(), room(1, "r3", "ops")]);
    expect([...test.state.rooms.keys()]).toEqual(["r1", "r3"]);
    expect(currentRoom(test.state)?.room.name).toBe("lobby");
  });

  it("is told by the inbox as well, where the room's own word does not come", () => {
    const test = among(room(2, "r2", "attic"), inbox())
      .do({ type: "opened", room: "r2" })
      .clear();
    const told = entry(3, { kind: "removed", room: "r2", name: "attic" });
    test.receive("entries", { room: "in", epoch: "e1", entries: [told] });
    expect(currentRoom(test.state)?.room.name).toBe("lobby");
    expect(test.state.notice?.text).toBe("ada removed you from #attic.");
    expect(test.sent("sync")).toHaveLength(1);
  });

  it("from another room leaves the reader where they are", () => {
    const test = opened().do({ type: "opened", room: "r3" }).clear();
    test.receive("entries", { room: "r2", epoch: "e1", entries: [entry(3, { kind: "remove", user: ME_TOO })] });
    expect(currentRoom(test.state)?.room.name).toBe("ops");
    sync(test, [room(), room(1, "r3", "ops")]);
    expect(test.state.rooms.has("r2")).toBe(false);
  });
});

describe("where nothing can be said", () => {
  function refused(test: TestPage): void {
    const names = test
      .clear()
      .say("hello")
      .sent()
      .map(({ name }) => name);
    expect(names).not.toContain("message:send");
    expect(names).not.toContain("typing:set");
    expect(currentRoom(test.state)!.draft).toBe("hello");
  }

  it("in a room for announcements, a member's line stays in the composer", () => {
    const test = inLobby().live(entry(3, { kind: "settings", post: "moderators" }));
    expect(silence(test.state, copyOf(test, "r1"))).toBe("MAY_NOT_POST");
    refused(test);
    expect(test.state.notice?.text).toBe("Only moderators write here.");
    // Who keeps order there may, and so may who keeps order on the server, where the room is everybody's.
    test.live(entry(4, { kind: "role", user: ME_TOO, role: "moderator" }));
    expect(silence(test.state, copyOf(test, "r1"))).toBeNull();
    test.live(entry(5, { kind: "role", user: ME_TOO, role: "member" }));
    test.receive("user:changed", { user: { ...ME, role: "moderator" } });
    expect(silence(test.state, copyOf(test, "r1"))).toBeNull();
    test.live(entry(6, { kind: "settings", visibility: "private" }));
    expect(silence(test.state, copyOf(test, "r1"))).toBe("MAY_NOT_POST");
  });

  it("in an archived room nobody writes, and commands are heard", () => {
    const test = inLobby().live(entry(3, { kind: "settings", archived: true }));
    test.state.rooms.get("r1")!.role = "owner";
    refused(test);
    expect(test.state.notice?.text).toContain("archived");
    test.say("/set archived no");
    expect(test.sent("room:configure")[0]!.payload.changes).toEqual({ archived: false });
  });

  it("in the inbox one only reads", () => {
    const test = among(inbox()).do({ type: "opened", room: "in" });
    refused(test);
    expect(test.state.notice?.text).toContain("/accept");
  });
});

describe("settings", () => {
  it("are changed by their words", () => {
    const test = inLobby();
    const said = (line: string) => test.say(line).sent("room:configure")[0]?.payload.changes;
    expect(said("/set name #attic")).toEqual({ name: "attic" });
    expect(said("/set title All the tea")).toEqual({ title: "All the tea" });
    expect(said("/set title -")).toEqual({ title: "" });
    expect(said("/set visibility private")).toEqual({ visibility: "private" });
    expect(said("/settings Invite Moderators")).toEqual({ invite: "moderators" });
    expect(said("/set history joined")).toEqual({ history: "joined" });
    expect(said("/set colour red")).toBeUndefined();
    expect(test.state.notice?.text).toContain("There is no setting colour");
    expect(said("/set post everybody")).toBeUndefined();
    expect(test.state.notice?.text).toBe("post is one of: members, moderators.");
    expect(said("/set post")).toBeUndefined();
    expect(test.state.notice?.text).toBe("post: members");
  });

  it("are a room's alone", () => {
    const test = among(direct("d1", BOB)).do({ type: "opened", room: "d1" }).say("/set title Tea");
    expect(test.sent("room:configure")).toEqual([]);
    expect(test.state.notice?.text).toBe("Only rooms have settings.");
  });

  it("close a room only after a question", () => {
    const test = inLobby().say("/set archived yes");
    expect(test.sent("room:configure")).toEqual([]);
    expect(test.state.dialog?.is).toBe("archive");
    test.do({ type: "wished", wish: { is: "confirmed" } });
    expect(test.sent("room:configure")[0]!.payload.changes).toEqual({ archived: true });
    expect(test.state.dialog).toBeNull();
    test
      .say("/set archived yes")
      .do({ type: "dialog_closed" })
      .do({ type: "wished", wish: { is: "confirmed" } });
    expect(test.sent("room:configure")).toEqual([]);
  });

  it("of a form go in one request", () => {
    const test = inLobby();
    const changes = { name: "attic", visibility: "private" as const };
    test.do({ type: "wished", wish: { is: "configure", room: "r1", changes } });
    expect(test.sent("room:configure").map(({ payload }) => payload.changes)).toEqual([changes]);
  });
});

describe("who keeps order", () => {
  const wish = (test: TestPage) => test.do({ type: "chosen", key: 2 }).say("/delete").do({ type: "delete_confirmed" });

  it("takes back what others said", () => {
    const test = inLobby().live(entry(3, { kind: "role", user: ME_TOO, role: "moderator" }));
    expect(wish(test).sent("message:delete")[0]?.payload.target).toMatchObject({ seq: 2 });
  });

  it("is nobody in particular elsewhere", () => {
    const test = wish(inLobby());
    expect(test.sent("message:delete")).toEqual([]);
    expect(test.state.notice?.text).toBe("Only its author can do that.");
    const archived = inLobby().live(entry(3, { kind: "settings", archived: true }));
    archived.state.rooms.get("r1")!.role = "owner";
    expect(wish(archived).sent("message:delete")).toEqual([]);
  });
});

describe("roles and removals", () => {
  const bobHere = () =>
    inLobby()
      .receive("presence:changed", { room: "r1", online: 2, total: 2, changes: [member("bob")], gone: [] })
      .clear();

  it("are for those who are in the room", () => {
    const test = bobHere().say("/kick @bob");
    expect(test.state.dialog).toMatchObject({ is: "kick", room: "r1", user: { id: "bob" } });
    expect(test.sent("room:remove")).toEqual([]);
    test.do({ type: "wished", wish: { is: "confirmed" } });
    expect(test.sent("room:remove")[0]!.payload).toMatchObject({ room: "r1", user: "bob" });
    // Who is not in the room may be invited into it: that ends as well.
    test.say("/kick carol");
    test.answer(test.sent("user:find")[0]!, { users: [CAROL] });
    expect(test.state.dialog).toMatchObject({ is: "kick", user: { id: "carol" } });
    test.do({ type: "dialog_closed" }).say("/role nobody owner");
    test.answer(test.sent("user:find")[0]!, { users: [] });
    expect(test.state.notice?.text).toBe("There is nobody called nobody.");
    test.say("/role Bob owner");
    expect(test.sent("room:set_role")[0]!.payload).toMatchObject({ user: "bob", role: "owner" });
    test.say("/role bob king");
    expect(test.state.notice?.text).toContain("There is no role king");
    test.say("/role bob");
    expect(test.state.notice?.text).toContain("Usage: /role");
  });

  it("are offered beside whoever is looked at", () => {
    const test = bobHere().do({ type: "wished", wish: { is: "person", id: "bob" } });
    expect(test.state.dialog).toMatchObject({ is: "person", user: { id: "bob" }, profile: null });
    const profile = { user: member("bob"), presence: "online" as const, since: 1, rooms: ["r1"] };
    test.answer(test.sent("user:read")[0]!, profile);
    expect(test.state.dialog).toMatchObject({ profile });
    test.do({ type: "wished", wish: { is: "role", room: "r1", user: "bob", role: "moderator" } });
    expect(test.sent("room:set_role")).toHaveLength(1);
    test.do({ type: "wished", wish: { is: "kick", room: "r1", user: member("bob") } });
    expect(test.state.dialog?.is).toBe("kick");
  });
});
