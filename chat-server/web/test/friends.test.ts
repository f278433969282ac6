/** Friends: the one view of what all of them say, and the ways to become and to stay one. */
import type { Entry, Friend, FriendChange, Friendship, User } from "@proto";
import { describe, expect, it } from "vitest";
import { complete } from "../src/core/complete";
import { keys } from "../src/core/late/target";
import { shownLines } from "../src/core/lines";
import { RowMaker } from "../src/core/rows";
import { currentRoom, listed, unreadAt } from "../src/core/state";
import { matches } from "../src/core/switcher";
import { say } from "../src/core/late/words";
import { account, common, create, friendsRoom, inbox, Logs, message, room, TestPage } from "./page";

const I = account("me");
const ADA = account("ada");
const BOB = account("bob");

/** What somebody says at a time; the log's first entry makes the room. */
function log(author: User, ...times: number[]): Entry[] {
  const said = times.map((time, i) => ({ ...message(i + 2, `${author.name} ${time}`, author), time }));
  return [{ ...create(), author, time: times[0]! }, ...said];
}

const every = (from: number, count: number, step: number): number[] =>
  Array.from({ length: count }, (_, i) => from + i * step);

/** Signed in, in the lobby, with these logs of my own and of my friends, none of them read. */
function signedIn(logs: Record<"me" | "ada" | "bob", Entry[]>, test = new TestPage()): { test: TestPage; logs: Logs } {
  const held = new Logs({ "f-me": logs.me, "f-ada": logs.ada, "f-bob": logs.bob, r1: [create(), message(2, "hello")] });
  const new_of = (entries: Entry[]) => ({ seq: 1, n: 0, unread: entries.length - 1 });
  test.welcome(
    [
      room(),
      friendsRoom("f-me", null, logs.me.length),
      friendsRoom("f-ada", ADA, logs.ada.length, new_of(logs.ada)),
      friendsRoom("f-bob", BOB, logs.bob.length, new_of(logs.bob)),
      inbox(1),
    ],
    I,
  );
  held.serve(test);
  tellFriends(test, [ADA, "friends"], [BOB, "friends"]);
  return { test: test.clear(), logs: held };
}

function tellFriends(test: TestPage, ...friends: [User, Friendship][]): TestPage {
  const [asked] = test.sent("friend:list");
  const list = friends.map(([user, state]): Friend => ({ user, state, since: 1 }));
  return test.answer(asked!, { friends: list });
}

function opened(logs: Parameters<typeof signedIn>[0]): ReturnType<typeof signedIn> {
  const made = signedIn(logs);
  made.test.do({ type: "opened", room: "f-me" });
  made.logs.serve(made.test);
  return made;
}

const run = (
  test: TestPage,
  id: "reply" | "react" | "edit" | "delete" | "copy" | "first_unread" | "top",
  argument = "",
) => test.do({ type: "action", id, argument, command: argument ? id : "" });
const texts = (test: TestPage): string[] =>
  (shownLines(test.state, currentRoom(test.state)!)?.lines ?? []).map(({ line }) =>
    line.kind === "message" ? line.content.text : line.kind,
  );
const command = (test: TestPage, line: string) => test.clear().say(line);
const notices = (test: TestPage) => test.state.notice?.text;

function few() {
  return opened({ me: log(I, 3_000), ada: log(ADA, 1_000, 4_000), bob: log(BOB, 2_000, 4_000) });
}

describe("the Friends view", () => {
  it("stands once in the list, with the sum of what is unread, and is what every such room is", () => {
    const { test } = signedIn({ me: log(I, 3_000), ada: log(ADA, 1_000, 4_000), bob: log(BOB, 2_000) });
    expect(listed(test.state).map(({ room }) => room.id)).toEqual(["r1", "f-me", "inbox"]);
    expect(unreadAt(test.state, listed(test.state)[1]!)).toEqual({ unread: 3, mentions: 0 });
    expect(matches(test.state, "fri").map(({ room }) => room.id)).toEqual(["f-me"]);
    test.do({ type: "action", id: "next_unread", argument: "", command: "" });
    expect(test.state.current).toBe("f-me");
    expect(
      signedIn({ me: log(I, 1), ada: log(ADA, 1), bob: log(BOB, 1) }).test.do({ type: "opened", room: "f-ada" }).state
        .current,
    ).toBe("f-me");
  });

  it("has the lines of all in one order: by time, then by room, then by seq", () => {
    expect(texts(few().test)).toEqual(["ada 1000", "bob 2000", "me 3000", "ada 4000", "bob 4000"]);
  });

  it("is read in all of its rooms by whoever looks at it", () => {
    const { test } = signedIn({ me: log(I, 3_000), ada: log(ADA, 1_000), bob: log(BOB, 2_000) });
    test.do({ type: "opened", room: "f-me" });
    const held = new Logs({ "f-me": log(I, 3_000), "f-ada": log(ADA, 1_000), "f-bob": log(BOB, 2_000) });
    held.serve(test);
    expect(test.sent("room:mark_read").map(({ payload }) => payload.room)).toEqual(["f-ada", "f-bob"]);
    expect(unreadAt(test.state, currentRoom(test.state)!).unread).toBe(0);
  });

  it("shows one line where the new begins, in front of the first new line of any room", () => {
    const { test } = few();
    const rows = new RowMaker().make(test.state, currentRoom(test.state)).rows;
    const at = rows.findIndex(({ is }) => is === "new");
    expect(rows.filter(({ is }) => is === "new")).toHaveLength(1);
    expect(rows[at + 1]?.key).toBe("2@f-ada");
  });

  it("keeps what was shown while the room of a new friend is read", () => {
    const { test } = few();
    const maker = new RowMaker();
    const before = maker.make(test.state, currentRoom(test.state));
    const carol = account("carol");
    const more = [...test.state.rooms.values()].map((copy) => copy.room.id);
    test.wait(40_000);
    const rooms = [
      room(),
      friendsRoom("f-me", null, 2),
      friendsRoom("f-ada", ADA, 3),
      friendsRoom("f-bob", BOB, 3),
      friendsRoom("f-carol", carol, 2),
      inbox(1),
    ];
    test.answer(test.sent("sync")[0]!, { time: 1, rooms, presence: [] });
    expect([...test.state.rooms.keys()]).toEqual([...more, "f-carol"]);
    expect(maker.make(test.state, currentRoom(test.state))).toBe(before);
  });

  it("asks for a few rooms at a time, and waits for all of them", () => {
    const people = every(0, 30, 1).map((i) => account(`p${i}`));
    const test = new TestPage().welcome(
      [room(), friendsRoom("f-me", null, 2), ...people.map((user) => friendsRoom(`f-${user.id}`, user, 2))],
      I,
    );
    const logs = new Logs(Object.fromEntries(people.map((user, i) => [`f-${user.id}`, log(user, 1_000 + i)])));
    Object.assign(logs.logs, { "f-me": log(I, 1), r1: [create(), message(2, "hello")] });
    logs.serve(test);
    test.clear().do({ type: "opened", room: "f-me" });
    for (let left = 31; left > 0;) {
      const asked = logs.asked(test);
      expect(asked.length).toBeGreaterThan(0);
      expect(asked.length).toBeLessThanOrEqual(8);
      expect(texts(test)).toEqual([]);
      for (const sent of asked) test.answer(sent, logs.page(sent));
      left -= asked.length;
    }
    expect(texts(test)).toHaveLength(31);
  });

  it("loses what somebody said when the friendship ends", () => {
    const { test } = few();
    test.receive("entries", {
      room: "f-bob",
      epoch: "e1",
      entries: [{ ...common(4, BOB), kind: "remove", user: I }],
    });
    const rooms = [room(), friendsRoom("f-me", null, 2), friendsRoom("f-ada", ADA, 3), inbox(1)];
    test.answer(test.sent("sync")[0]!, { time: 1, rooms, presence: [] });
    expect(test.state.current).toBe("f-me");
    expect(notices(test), "nobody is told that they were removed from a room").toBeUndefined();
    expect(texts(test)).toEqual(["ada 1000", "me 3000", "ada 4000"]);
  });

  it("is there with what stands behind the page, where it was shown when the page was closed", () => {
    const { test, logs } = few();
    const late = test.state.late!;
    test.state.late = null;
    expect(texts(test)).toEqual([]);
    test.do({ type: "loaded", late });
    logs.serve(test);
    expect(texts(test)).toHaveLength(5);
  });
});

describe("the horizon", () => {
  /** Ada speaks all the time; Bob did so long ago; both have more than one page. */
  const uneven = () =>
    opened({ me: log(I, 1), ada: log(ADA, ...every(100_000, 200, 10)), bob: log(BOB, ...every(2_000, 90, 10)) });

  it("hides what stands above lines that may be missing", () => {
    const { test } = uneven();
    // Of Ada the last 30 are held, and what Bob said before them is not shown although it is here.
    expect(texts(test)).toHaveLength(30);
    expect(texts(test).every((text) => text.startsWith("ada"))).toBe(true);
    expect(test.state.rooms.get("f-bob")!.timeline.lines().length).toBeGreaterThan(0);
  });

  it("goes up as the reader does, without a hole, down to the beginning of all", () => {
    const { test, logs } = uneven();
    const whole = [
      "me 1",
      ...every(2_000, 90, 10).map((time) => `bob ${time}`),
      ...every(100_000, 200, 10).map((time) => `ada ${time}`),
    ];
    for (let held = texts(test).length; held < whole.length;) {
      test.do({ type: "scrolled", at_bottom: false, near_top: true, near_bottom: false });
      logs.serve(test);
      expect(texts(test), "what is shown is the end of the whole").toEqual(whole.slice(-texts(test).length));
      expect(texts(test).length).toBeGreaterThan(held);
      held = texts(test).length;
    }
    const [top] = new RowMaker().make(test.state, currentRoom(test.state)).rows;
    expect(top).toMatchObject({ is: "top", beginning: true });
  });

  it("is asked on by the room that stands there, not by each of the many scrolls", () => {
    const { test, logs } = uneven();
    const near = { type: "scrolled", at_bottom: false, near_top: true, near_bottom: false } as const;
    const asked = logs.asked(test.do(near));
    expect(asked[0]?.payload).toMatchObject({ room: "f-ada", before: 172 });
    expect(logs.asked(test.do(near).do(near))).toEqual([]);
    // What else came does not move the horizon while that room is awaited.
    const [, bob] = asked;
    expect(bob?.payload.room).toBe("f-bob");
    expect(logs.asked(test.answer(bob!, logs.page(bob!)).do(near))).toEqual([]);
  });

  it("at one time is decided by the room, as the order is", () => {
    // Ada's lines of 5000 go on above what is held of her; what Bob said then stands below, what I said above.
    const { test } = opened({
      me: log(I, 1),
      ada: log(ADA, ...every(5_000, 60, 0)),
      bob: log(BOB, 5_000, 5_000),
    });
    expect(texts(test)).toHaveLength(32);
    expect(texts(test).slice(-2)).toEqual(["bob 5000", "bob 5000"]);
  });
});

describe("a jump in the Friends view", () => {
  const long = () =>
    opened({ me: log(I, 1), ada: log(ADA, ...every(10_000, 400, 10)), bob: log(BOB, ...every(10_005, 400, 10)) });

  it("reads every room down to the line, and then shows it", () => {
    const { test, logs } = long();
    test.clear().do({ type: "jumped", room: "f-bob", seq: 50 });
    expect(test.state.jumping).toEqual({ room: "f-bob", seq: 50 });
    expect(test.state.chosen).toBeNull();
    logs.serve(test);
    expect(test.state).toMatchObject({ jumping: null, chosen: "50@f-bob", at_bottom: false });
    expect(test.effects).toContainEqual({ do: "scroll", to: { key: "50@f-bob" } });
    const shown = texts(test);
    const at = shown.indexOf("bob 10485");
    expect(shown.slice(at - 1, at + 2)).toEqual(["ada 10480", "bob 10485", "ada 10490"]);
  });

  it("to the beginning is one to the beginning of all", () => {
    const { test, logs } = long();
    run(test, "top");
    logs.serve(test);
    expect(test.state.chosen).toBe(2);
    expect(texts(test)).toHaveLength(801);
  });

  it("to the first unread line finds it in whichever room it is", () => {
    const { test } = few();
    expect(run(test, "first_unread").state.chosen).toBe("2@f-ada");
  });

  it("ends where a page cannot be had", () => {
    const { test, logs } = long();
    test.do({ type: "jumped", room: "f-bob", seq: 50 });
    test.refuse(logs.asked(test)[0]!, "never", "forbidden");
    expect(test.state.jumping).toBeNull();
    expect(notices(test)).toBe("no");
    const cut = long().test.cut().do({ type: "jumped", room: "f-bob", seq: 50 });
    expect(cut.state.jumping).toBeNull();
    expect(notices(cut)).toBe(say("NO_CONNECTION"));
  });

  it("leads to what a search has found, and back", () => {
    const { test, logs } = signedIn({ me: log(I, 1), ada: log(ADA, 1_000, 4_000), bob: log(BOB, 2_000) });
    test.do({ type: "action", id: "search", argument: "ada", command: "search" });
    const entry = log(ADA, 1_000)[1]!;
    test.answer(test.sent("search:read")[0]!, {
      hits: [{ room: "f-ada", epoch: "e1", entry, edited: false, highlights: [] }],
      more: null,
      preparing: false,
    });
    test.do({ type: "wished", wish: { is: "look", index: 0, top: 0, seen: null } });
    logs.serve(test);
    expect(test.state).toMatchObject({ current: "f-me", chosen: "2@f-ada" });
    test.do({ type: "action", id: "cancel", argument: "", command: "" }).do({ type: "dialog_closed" });
    expect(test.state.current).toBe("r1");
  });
});

describe("a line of a friend", () => {
  it("is chosen among the lines of all", () => {
    const { test } = few();
    expect(keys(test.state)).toEqual(["2@f-ada", "2@f-bob", 2, "3@f-ada", "3@f-bob"]);
    test.do({ type: "moved_choice", by: -1 }).do({ type: "moved_choice", by: -1 });
    expect(test.state.chosen).toBe("3@f-ada");
  });

  it("gets its reaction in its own room, shown at once at that line alone", () => {
    const { test } = few();
    test.clear().do({ type: "chosen", key: "3@f-bob" });
    run(test, "react", "👍");
    expect(test.sent("message:react")[0]!.payload).toMatchObject({
      room: "f-bob",
      target: { epoch: "e1", seq: 3, id: "r1-3" },
      on: true,
    });
    const rows = new RowMaker().make(test.state, currentRoom(test.state)).rows;
    const overlaid = rows.flatMap((row) => (row.is === "message" && row.overlay ? [row.key] : []));
    expect(overlaid).toEqual(["3@f-bob"]);
    // The same seq of another room is another line.
    test.do({ type: "reacted", key: "3@f-ada", emoji: "👍" });
    expect(test.sent("message:react")[0]!.payload).toMatchObject({ room: "f-ada", on: true });
  });

  it("is answered elsewhere: only its author writes there", () => {
    const { test } = few();
    run(test.do({ type: "chosen", key: "3@f-bob" }), "reply");
    expect(currentRoom(test.state)!.mode.is).toBe("say");
    expect(notices(test)).toBe(say("FRIEND_WRITES_ALONE", { name: "bob" }));
    run(test.do({ type: "chosen", key: 2 }), "reply");
    expect(currentRoom(test.state)!.mode).toMatchObject({ is: "reply", to: 2 });
  });

  it("is copied, and is not mine to change", () => {
    const { test } = few();
    run(test.do({ type: "chosen", key: "2@f-ada" }), "copy");
    expect(test.effects).toContainEqual({ do: "copy", text: "ada 1000" });
    run(test, "edit");
    expect(notices(test)).toBe(say("NOT_YOURS"));
    run(test, "delete");
    expect(test.state.dialog).toBeNull();
  });

  it("and all after it can be unread again, each in its room, my own aside", () => {
    const { test } = few();
    test.clear().do({ type: "chosen", key: "2@f-bob" });
    test.do({ type: "action", id: "mark_unread", argument: "", command: "" });
    const asked = test.sent("room:mark_read").filter(({ payload }) => payload.unread);
    expect(asked.map(({ payload }) => [payload.room, (payload.place as { seq: number }).seq])).toEqual([
      ["f-ada", 2],
      ["f-bob", 1],
    ]);
  });

  it("that comes live stands where its time says, and is announced", () => {
    const { test } = few();
    const late = { ...message(4, "late", ADA), time: 3_500, n: 3 };
    test.receive("entries", { room: "f-ada", epoch: "e1", entries: [late] });
    // A log's times never decrease; another log's may lie between them.
    const bob = { ...message(4, "last", BOB), time: 4_500, n: 3 };
    test.receive("entries", { room: "f-bob", epoch: "e1", entries: [bob] });
    expect(texts(test).at(-1)).toBe("last");
    expect(test.state.announced).toBe("bob: last");
  });
});

describe("what I say to my friends", () => {
  it("goes into my own room", () => {
    const { test } = few();
    const [sent] = command(test, "hello all").sent("message:send");
    expect(sent?.payload).toMatchObject({ room: "f-me", content: { text: "hello all" } });
    const rows = new RowMaker().make(test.state, currentRoom(test.state)).rows;
    expect(rows.at(-1)).toMatchObject({ is: "pending", text: "hello all" });
  });

  it("is mine to change and to delete", () => {
    const { test } = few();
    test.clear().do({ type: "action", id: "edit", argument: "better", command: "edit" });
    expect(test.sent("message:edit")[0]!.payload).toMatchObject({ room: "f-me", target: { seq: 2 } });
  });

  it("stands under no rules of rooms", () => {
    for (const line of [
      "/leave",
      "/topic x",
      "/invite bob",
      "/kick bob",
      "/role bob owner",
      "/set post members",
      "/codes",
    ]) {
      const { test } = few();
      expect(command(test, line).sent(), line).toEqual([]);
      expect(notices(test), line).toBe(say("FRIENDS_ARE_NO_ROOM"));
    }
  });
});

describe("/friend", () => {
  const some = () => signedIn({ me: log(I, 1), ada: log(ADA, 1), bob: log(BOB, 1) }).test;
  const known = (...friends: [User, Friendship][]) => {
    const test = some();
    test.state.friends = friends.map(([user, state]) => ({ user, state, since: 1 }));
    return test;
  };

  it("asks whoever is named, also where the name is a word of its own with @ before it", () => {
    const test = command(some(), "/friend carol");
    test.answer(test.sent("user:find")[0]!, { users: [account("carol")] });
    const [sent] = test.sent("friend:ask");
    expect(sent?.payload).toMatchObject({ user: "carol" });
    expect(sent?.payload).not.toHaveProperty("after");
    expect(command(some(), "/friend @accept").sent("user:find")[0]!.payload.query).toBe("accept");
  });

  it("accepts and refuses who asks, by the name that they are known by", () => {
    for (const step of ["accept", "refuse"] as const) {
      const test = command(known([account("carol", "Carol C"), "asks_you"]), `/friend ${step} carol c`);
      expect(test.sent(`friend:${step}`)[0]!.payload.user).toBe("carol");
    }
  });

  it("ends a friendship only when the question what is lost was answered", () => {
    const test = command(known([ADA, "friends"]), "/friend remove ada");
    tellFriends(test, [ADA, "friends"]);
    expect(test.state.dialog).toEqual({ is: "unfriend", user: { id: "ada", name: "ada" } });
    expect(test.sent("friend:remove")).toEqual([]);
    test.do({ type: "wished", wish: { is: "confirmed" } });
    expect(test.sent("friend:remove")[0]!.payload.user).toBe("ada");
    expect(test.state.dialog).toBeNull();
  });

  it("takes an own question back at once", () => {
    const test = command(known([account("carol"), "you_asked"]), "/friend remove carol");
    tellFriends(test, [account("carol"), "you_asked"]);
    expect(test.state.dialog).toBeNull();
    expect(test.sent("friend:remove")[0]!.payload.user).toBe("carol");
  });

  it("alone, or with 'list', lists", () => {
    for (const line of ["/friend", "/friend list"]) {
      const test = command(some(), line);
      expect(test.state.dialog).toEqual({ is: "friends" });
      tellFriends(test, [ADA, "friends"]);
      expect(test.state.friends?.map(({ user }) => user.id)).toEqual(["ada"]);
    }
  });

  it("says how it is used where a name is missing", () => {
    const test = command(some(), "/friend accept");
    expect(test.sent()).toEqual([]);
    expect(notices(test)).toBe(say("COMMAND_USAGE", { command: "friend", arguments: "accept <name>" }));
  });

  it("tells guests what friends are for, and asks the server nothing", () => {
    for (const line of ["/friend bob", "/friend", "/friends"]) {
      const test = command(new TestPage().welcome(), line);
      expect(test.sent().map(({ name }) => name)).toEqual([]);
      expect(notices(test)).toBe(say("FRIENDS_ARE_ACCOUNTS"));
    }
    expect(new TestPage().welcome().sent("friend:list")).toEqual([]);
  });

  it("tells what the server says against it", () => {
    const test = command(known([account("carol"), "asks_you"]), "/friend accept carol");
    test.refuse(test.sent("friend:accept")[0]!, "never", "forbidden");
    expect(notices(test)).toBe("no");
    expect(test.state.outbox.items).toEqual([]);
  });

  it("is completed by its words, by people, and by whom each word is about", () => {
    const test = known([ADA, "friends"], [account("carol"), "asks_you"], [account("dora"), "you_asked"]);
    const inserts = (text: string) =>
      complete(test.state, text, text.length, false)?.options.map(({ insert }) => insert);
    expect(inserts("/friend re")).toEqual(["refuse ", "remove "]);
    expect(inserts("/friend accept ")).toEqual(["carol "]);
    expect(inserts("/friend refuse @ca")).toEqual(["carol "]);
    expect(inserts("/friend remove ")).toEqual(["ada ", "dora "]);
    expect(inserts("/friend list ")).toBeUndefined();
  });
});

describe("/friends", () => {
  it("goes to the view, or says how to come to one", () => {
    expect(command(few().test.do({ type: "opened", room: "r1" }), "/friends").state.current).toBe("f-me");
    const test = command(new TestPage().welcome([room()], I), "/friends");
    expect(notices(test)).toBe(say("NO_FRIENDS"));
  });
});

describe("the inbox", () => {
  const news = (seq: number, change: FriendChange, author: User = account("carol")): Entry => ({
    ...common(seq, author),
    kind: "friend_news",
    change,
  });
  const note = (seq: number, change: FriendChange, client_id: string): Entry => ({
    ...common(seq, I, client_id),
    kind: "friend_note",
    user: account("carol"),
    change,
  });
  const told = (test: TestPage, ...entries: Entry[]) =>
    test.receive("entries", { room: "inbox", epoch: "e1", entries });
  const some = () => signedIn({ me: log(I, 1), ada: log(ADA, 1), bob: log(BOB, 1) }).test;

  /** The inbox with Carol's question in it. */
  function asked(): TestPage {
    const test = some();
    test.clear().do({ type: "opened", room: "inbox" });
    new Logs({ inbox: [create()] }).serve(test);
    told(test, news(2, "asked"));
    return tellFriends(test, [account("carol"), "asks_you"]);
  }

  it("tells of a question where one looks elsewhere, and asks who is a friend now", () => {
    const test = told(some(), news(2, "asked"));
    expect(notices(test)).toBe(say("FRIEND_ASKED", { name: "carol" }));
    expect(unreadAt(test.state, test.state.rooms.get("inbox")!).unread).toBe(1);
    expect(test.sent().map(({ name }) => name)).toEqual(["friend:list"]);
  });

  it("has the rooms of a new friend, and none of a former one, by the next sync", () => {
    for (const change of ["accepted", "ended"] as const) {
      const test = told(some(), news(2, change));
      expect(test.sent().map(({ name }) => name)).toEqual(["friend:list", "sync"]);
    }
    const test = told(some(), news(2, "refused"));
    expect(notices(test), "nobody is told of a refusal").toBeUndefined();
    expect(unreadAt(test.state, test.state.rooms.get("inbox")!).unread).toBe(0);
  });

  it("asks who is a friend where something was missed: not all of it stands in a page", () => {
    const late = told(some(), news(4, "ended"));
    expect(late.sent("friend:list")).toHaveLength(2);
    const test = some().wait(40_000);
    const all = [room(), friendsRoom("f-me", null, 2), friendsRoom("f-ada", ADA, 2), friendsRoom("f-bob", BOB, 2)];
    test.answer(test.sent("sync")[0]!, { time: 1, rooms: [...all, inbox(2)], presence: [] });
    expect(test.sent("friend:list")).toHaveLength(1);
  });

  it("settles what was asked by its entry, and says so", () => {
    const test = command(some(), "/friend accept carol");
    test.answer(test.sent("user:find")[0]!, { users: [account("carol")] });
    const [sent] = test.sent("friend:accept");
    told(test, note(2, "accepted", String(sent!.payload.client_id)));
    expect(test.state.outbox.items).toEqual([]);
    expect(notices(test)).toBe(say("YOU_ACCEPTED", { user: "carol" }));
  });

  it("answers a chosen question: Enter accepts, x refuses", () => {
    const test = asked();
    expect(keys(test.state)).toEqual([2]);
    test.clear().do({ type: "moved_choice", by: -1 });
    test.do({ type: "action", id: "jump_to_quoted", argument: "", command: "" });
    expect(test.sent("friend:accept")[0]!.payload.user).toBe("carol");
    test.do({ type: "action", id: "refuse", argument: "", command: "" });
    expect(test.sent("friend:refuse")[0]!.payload.user).toBe("carol");
  });

  it("asks nothing any more once it is answered", () => {
    const test = told(asked().clear(), note(3, "accepted", "other"));
    tellFriends(test, [account("carol"), "friends"]);
    expect(keys(test.state)).toEqual([]);
  });
});
