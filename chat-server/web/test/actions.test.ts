/** Every action that the page has, driven: by its command where it has one, and something is seen. */
import { ACTIONS, SUMMARIES } from "@late";
import { describe, expect, it } from "vitest";
import { currentRoom } from "../src/core/state";
import type { HANDLERS } from "../src/core/late/action";
import { account, ADA, common, create, friendsRoom, inbox, Logs, member, message, page, room, TestPage } from "./page";

type Id = keyof typeof HANDLERS;
const MINE = { id: "me", name: "me", color: "#7aa2f7" };

/** A lobby with lines of mine and of others, an unread one, a quote, and a second room beside it. */
function busy(): TestPage {
  const test = new TestPage().welcome([
    room(7, "r1", "lobby", { seq: 5, n: 4, unread: 2 }),
    room(1, "r2", "ops", { unread: 3 }),
  ]);
  const [asked] = test.sent("history:read");
  const quote = { seq: 2, id: "r1-2", author: ADA, text: "hello" };
  const answer = {
    ...message(4, "indeed"),
    kind: "message" as const,
    content: { type: "text", text: "indeed" },
    mentions: [],
    reply_to: quote,
  };
  const entries = [
    create(),
    message(2, "hello"),
    message(3, "of mine", MINE, "own"),
    answer,
    message(5, "see https://example.org"),
    message(6, "you there?", ADA, "c6", ["me"]),
    message(7, "and you?", ADA, "c7", ["me"]),
  ];
  return test.answer(asked!, page(1, entries)).clear();
}

/** The same with somebody in the list of people. */
function withBob(): TestPage {
  const test = busy();
  return test.receive("presence:changed", { room: "r1", online: 2, total: 2, changes: [member("bob")], gone: [] });
}

/** An account with a place where friends speak, and an inbox in which Bob asks to be one. */
function friendly(): TestPage {
  const test = new TestPage().welcome([room(), friendsRoom("f-me", null, 1), inbox(2)], account("me"));
  new Logs({ r1: [create(), message(2, "hello")] }).serve(test);
  test.state.friends = [{ user: account("bob"), state: "asks_you", since: 1 }];
  return test.clear();
}

const run = (test: TestPage, id: Id, argument = "", command = "") => test.do({ type: "action", id, argument, command });
const asks = (test: TestPage, name: string) => test.sent(name).length === 1;
const does = (test: TestPage, kind: string) => test.effects.some((effect) => effect.do === kind);
const at = (test: TestPage) => currentRoom(test.state)!.room.name;

/** How each is brought about, and how one sees that it did something. */
const DRIVES: Record<Id, () => unknown> = {
  send: () => busy().say("hi").sent("message:send")[0]!.payload.content,
  new_line: () => does(run(busy(), "new_line"), "compose"),
  complete: () => does(run(busy(), "complete"), "compose"),
  complete_back: () => does(run(busy(), "complete_back"), "compose"),
  input_older: () => currentRoom(run(busy().say("before"), "input_older").state)!.draft === "before",
  input_newer: () => {
    const test = run(run(busy().say("one").say("two"), "input_older"), "input_older");
    return currentRoom(test.state)!.draft === "one" && currentRoom(run(test, "input_newer").state)!.draft === "two";
  },
  emote: () => asks(run(busy(), "emote", "waves", "me"), "message:send"),
  shrug: () => asks(run(busy(), "shrug", "", "shrug"), "message:send"),
  select_message: () => run(busy(), "select_message").state.chosen === 7,
  reply: () => run(busy(), "reply", "yes", "reply").sent("message:send")[0]!.payload.reply_to,
  edit: () => asks(run(busy(), "edit", "better", "edit"), "message:edit"),
  delete: () => {
    const test = run(busy(), "delete", "", "delete");
    return test.state.dialog?.is === "delete" && asks(test.do({ type: "delete_confirmed" }), "message:delete");
  },
  react: () => asks(run(busy(), "react", "👍", "react"), "message:react"),
  copy: () => does(run(busy(), "copy"), "copy"),
  open_link: () =>
    busy() &&
    run(busy(), "open_link").effects.some((effect) => effect.do === "open" && effect.url === "https://example.org"),
  jump_to_quoted: () => {
    const test = busy().do({ type: "chosen", key: 4 });
    return does(run(test, "jump_to_quoted"), "scroll");
  },
  retry: () => {
    const test = busy().say("no");
    test.refuse(test.sent("message:send")[0]!, "never", "forbidden");
    return asks(run(test, "retry"), "message:send");
  },
  discard: () => {
    const test = busy().say("no");
    test.refuse(test.sent("message:send")[0]!, "never", "forbidden");
    return run(test, "discard").state.outbox.items.length === 0;
  },
  join: () => asks(run(busy(), "join", "design", "join"), "room:find"),
  leave: () => asks(run(busy(), "leave", "", "leave"), "room:leave"),
  create: () => asks(run(busy(), "create", "design all of it", "create"), "room:create"),
  create_private: () =>
    run(busy(), "create_private", "attic", "private").sent("room:create")[0]!.payload.visibility === "private",
  invite: () => {
    const test = run(busy(), "invite", "@bob", "invite");
    test.answer(test.sent("user:find")[0]!, { users: [account("bob")] });
    const [code] = run(test, "invite", "", "invite").effects.filter(
      (effect) => effect.do === "emit" && effect.name === "code:create",
    );
    return code && test.sent("room:invite")[0]!.payload.user === "bob";
  },
  accept: () => {
    const test = run(busy(), "accept", "abcd2345", "accept");
    test.answer(test.sent("code:find")[0]!, { ...room(1, "r9", "attic").room, members: 1, joined: false });
    return test.sent("room:join")[0]!.payload.code === "ABCD-2345";
  },
  codes: () =>
    asks(run(busy(), "codes", "", "codes"), "code:list") &&
    run(busy(), "codes", "end abcd2345", "codes").sent("code:end")[0]!.payload.code === "ABCD-2345",
  kick: () => {
    const test = run(withBob(), "kick", "bob", "kick");
    return (
      test.state.dialog?.is === "kick" &&
      test.do({ type: "wished", wish: { is: "confirmed" } }).sent("room:remove")[0]!.payload.user === "bob"
    );
  },
  role: () => run(withBob(), "role", "bob moderator", "role").sent("room:set_role")[0]!.payload.role === "moderator",
  settings: () =>
    run(busy(), "settings", "", "set").state.dialog?.is === "settings" &&
    run(busy(), "settings", "post moderators", "set").sent("room:configure")[0]!.payload.changes,
  direct: () => {
    const test = run(busy(), "direct", "bob hello", "msg");
    test.answer(test.sent("user:find")[0]!, { users: [account("bob")] });
    return test.sent("direct:open")[0]!.payload.users;
  },
  topic: () => asks(run(busy(), "topic", "new", "topic"), "room:set_topic"),
  list_rooms: () => asks(run(busy(), "list_rooms", "", "list"), "room:list"),
  members: () => asks(run(busy(), "members", "", "names"), "room:members"),
  next_room: () => at(run(busy(), "next_room")) === "ops",
  previous_room: () => at(run(busy(), "previous_room")) === "ops",
  room_by_number: () => at(run(busy(), "room_by_number", "2", "room")) === "ops",
  last_room: () => at(run(run(busy(), "next_room"), "last_room")) === "lobby",
  next_unread: () => at(run(busy(), "next_unread", "", "unread")) === "ops",
  first_unread: () => does(run(busy(), "first_unread"), "scroll"),
  switcher: () => run(busy(), "switcher").state.dialog?.is === "switcher",
  next_mention: () => does(run(busy(), "next_mention"), "scroll"),
  previous_mention: () => does(run(busy(), "previous_mention"), "scroll"),
  mark_read: () => asks(run(busy(), "mark_read", "", "read"), "room:mark_read"),
  mark_unread: () =>
    run(busy().do({ type: "chosen", key: 5 }), "mark_unread").sent("room:mark_read")[0]!.payload.unread,
  search: () =>
    run(busy(), "search").state.dialog?.is === "search" &&
    run(busy(), "search", "release friday", "search").sent("search:read")[0]!.payload.query === "release friday",
  scroll_up: () => does(run(busy(), "scroll_up"), "scroll"),
  scroll_down: () => does(run(busy(), "scroll_down"), "scroll"),
  top: () => does(run(busy(), "top"), "scroll"),
  bottom: () => does(run(busy(), "bottom"), "scroll"),
  room_panel: () => run(busy(), "room_panel").state.panels.rooms === false,
  member_panel: () => run(busy(), "member_panel").state.panels.people === false,
  cancel: () => run(run(busy(), "help"), "cancel").state.dialog === null,
  rename: () => asks(run(busy(), "rename", "lovelace", "nick"), "user:rename"),
  announce: () => run(busy(), "announce", "--all tea", "announce").sent("server:announce")[0]!.payload.text === "tea",
  away: () => run(busy(), "away", "", "away").sent("presence:set")[0]!.payload.away === true,
  back: () =>
    run(run(busy(), "away", "", "away").clear(), "back", "", "back").sent("presence:set")[0]!.payload.away === false,
  register: () => run(busy(), "register", "ada", "register").state.dialog?.is === "account",
  sign_in: () => run(busy(), "sign_in", "ada", "login").state.dialog?.is === "account",
  sign_out: () => {
    const test = busy()
      .welcome([room()], { ...MINE, kind: "account", identity: "me" })
      .clear();
    test.state.credentials = { as: "account" };
    return does(run(test, "sign_out", "", "logout"), "leave_account");
  },
  password: () => {
    const test = busy().welcome([room()], { ...MINE, kind: "account", identity: "me" });
    test.state.credentials = { as: "account" };
    return run(test, "password", "", "password").state.dialog?.is === "account";
  },
  sessions: () => {
    const test = busy()
      .welcome([room()], { ...MINE, kind: "account", identity: "me" })
      .clear();
    test.state.credentials = { as: "account" };
    return asks(run(test, "sessions", "", "sessions"), "session:list");
  },
  revoke_session: () => {
    const test = busy()
      .welcome([room()], { ...MINE, kind: "account", identity: "me" })
      .clear();
    test.state.credentials = { as: "account" };
    test.state.sessions = [{ id: "s1", created: 1, used: 1, current: false }];
    return run(test, "revoke_session", "1", "revoke").sent("session:revoke")[0]!.payload.id === "s1";
  },
  token: () => {
    const info = { id: "t1", bot: ADA, scopes: ["read", "hook"], signed: true, by: "me", created: 1 };
    const test = run(busy(), "token", "create my bot read,hook signed", "token");
    const [asked] = test.sent("token:create");
    const { name, scopes, rooms, signed } = asked!.payload;
    test.answer(asked!, { token: "a".repeat(43), signing_secret: "b".repeat(43), info });
    const shown = test.state.dialog?.is === "bots" && test.state.dialog.made?.token === "a".repeat(43);
    test.answer(test.sent("token:list")[0]!, { tokens: [info] });
    const ended = run(test, "token", "revoke 1", "token").sent("token:revoke")[0]!.payload.id;
    const wrong = run(busy(), "token", "create x rule", "token");
    return (
      shown &&
      [name, String(scopes), String(rooms), signed, ended].join(" ") === "my bot read,hook r1 true t1" &&
      wrong.sent("token:create").length === 0 &&
      asks(run(busy(), "token", "", "token"), "token:list")
    );
  },
  whois: () => {
    const test = run(busy(), "whois", "bob", "whois");
    test.answer(test.sent("user:find")[0]!, { users: [account("bob")] });
    return test.state.dialog?.is === "person" && test.sent("user:read")[0]!.payload.user === "bob";
  },
  friend: () => {
    const test = run(friendly(), "friend", "carol", "friend");
    test.answer(test.sent("user:find")[0]!, { users: [account("carol")] });
    return test.sent("friend:ask")[0]!.payload.user === "carol";
  },
  friends: () => run(friendly(), "friends", "", "friends").state.current === "f-me",
  refuse: () => {
    const test = friendly().do({ type: "opened", room: "inbox" });
    const news = { ...common(2, account("bob")), kind: "friend_news" as const, change: "asked" as const };
    new Logs({ inbox: [create(), news] }).serve(test);
    return run(test.do({ type: "moved_choice", by: -1 }), "refuse").sent("friend:refuse")[0]!.payload.user === "bob";
  },
  claim: () => run(busy(), "claim", "ABCD-2345", "claim").sent("server:claim")[0]!.payload.code === "ABCD-2345",
  server_role: () => {
    const test = run(busy(), "server_role", "bob moderator", "serverrole");
    test.answer(test.sent("user:find")[0]!, { users: [account("bob")] });
    return test.sent("user:set_role")[0]!.payload.role === "moderator";
  },
  theme: () => run(busy(), "theme", "day", "theme").state.theme === "day",
  help: () => run(busy(), "help").state.dialog?.is === "help",
  reconnect: () => does(run(busy().cut().clear(), "reconnect", "", "reconnect"), "connect"),
};

describe("every action of the page", () => {
  for (const action of ACTIONS.filter(({ not_in_page }) => !not_in_page)) {
    it(`${action.id}: ${SUMMARIES[action.id]}`, () => {
      expect(DRIVES[action.id as Id]()).toBeTruthy();
    });
  }
});
