// Generated from the types of chat-proto. Do not edit: change the types, then run
//     UPDATE_GENERATED=1 cargo test -p chat-proto --test proto generated

/**
 * Opens a session of an account. The connection stays who it is: connect anew with the token.
 */
export type AccountLogin = { 
/**
 * The name to sign in by.
 */
identity: Identity, 
/**
 * The password.
 */
password: Password, };

/**
 * Ends the calling connection's session; every connection of that session is closed.
 */
export type AccountLogout = Record<symbol, never>;

/**
 * Makes an account of the calling guest, who keeps their user id and with it what they wrote.
 * The guest's token ends; the reply brings a session's.
 */
export type AccountRegister = { 
/**
 * The name to sign in by.
 */
identity: Identity, 
/**
 * The password.
 */
password: Password, };

/**
 * Changes the account's password; every other session of the account ends.
 */
export type AccountSetPassword = { 
/**
 * The password until now.
 */
old: Password, 
/**
 * The password from now on.
 */
new: Password, };

/**
 * One thing that a person can do.
 */
export type Action = { 
/**
 * Which.
 */
id: ActionId, 
/**
 * The slash commands that do it, the common one first, each without its slash.
 */
commands: Array<string>, 
/**
 * What the commands take, as the help shows it: `<…>` needed, `[…]` not.
 */
arguments: string, 
/**
 * Its keys in the default preset, the common one first, such as `Ctrl+K` or `Alt+Down`.
 */
keys: Array<string>, 
/**
 * Where the keys count.
 */
context: Context, 
/**
 * Why the page does not have it; empty when it does.
 */
not_in_page: string, 
/**
 * Keys that the page leaves to the browser, and why the browser keeps them.
 */
page_keys: Array<string>, };

/**
 * The name of an action.
 */
export type ActionId = "send" | "new_line" | "complete" | "complete_back" | "input_older" | "input_newer" | "editor" | "emote" | "shrug" | "select_message" | "reply" | "edit" | "delete" | "react" | "copy" | "open_link" | "jump_to_quoted" | "retry" | "discard" | "join" | "leave" | "create" | "create_private" | "invite" | "accept" | "codes" | "kick" | "role" | "settings" | "direct" | "friend" | "friends" | "refuse" | "topic" | "list_rooms" | "members" | "next_room" | "previous_room" | "room_by_number" | "last_room" | "next_unread" | "first_unread" | "switcher" | "next_mention" | "previous_mention" | "mark_read" | "mark_unread" | "search" | "scroll_up" | "scroll_down" | "top" | "bottom" | "room_panel" | "member_panel" | "cancel" | "rename" | "away" | "back" | "register" | "sign_in" | "sign_out" | "password" | "sessions" | "revoke_session" | "whois" | "claim" | "server_role" | "announce" | "token" | "theme" | "help" | "reconnect" | "redraw" | "interrupt" | "quit";

/**
 * The author makes somebody a member who was not asked.
 */
export type Add = { 
/**
 * Whom, as they were called then.
 */
user: Author, };

/**
 * Something that an operator announces. It stands in no log: who is not here misses it.
 */
export type Announced = { 
/**
 * What is announced.
 */
text: MessageText, 
/**
 * The room, if it is for that room alone.
 */
room?: RoomId, 
/**
 * When.
 */
time: number, };

/**
 * The answer to a request that carried a `rid` and asked for no acknowledgement.
 */
export type Answer = { 
/**
 * The request's `rid`; null when it could not be read.
 */
rid: Rid | null, } & ({ "ok": unknown } | { "error": Error });

/**
 * The `auth` of the handshake. `{token}` is an account's session; `{guest, token}` a guest who
 * comes back as the same person; `{guest}` a passing guest; `{}` the browser's session cookie,
 * or a passing guest under a name that the server makes.
 */
export type Auth = { 
/**
 * A session's token, or with `guest` the one that the client made and stored first.
 */
token?: Token, 
/**
 * The name that a guest would like.
 */
guest?: DisplayName, 
/**
 * The program, such as `chat-tui/0.1.0`.
 */
client?: ClientName, 
/**
 * The protocol versions that the client speaks; [`PROTOCOL`] when left out.
 */
protocol?: Versions, };

/**
 * The author of an entry, with the name and colour of that time.
 */
export type Author = { 
/**
 * Who it is.
 */
id: UserId, 
/**
 * The display name at that time.
 */
name: DisplayName, 
/**
 * The colour at that time.
 */
color: Color, 
/**
 * Whether it is a bot; left out where it is none.
 */
bot?: boolean, };

/**
 * One request that writes an entry, made by the client (a UUIDv7) before it is first sent.
 * The server keeps (room, author, client id) unique: a repeat gets the first result.
 */
export type ClientId = string;

/**
 * The program at the other end, such as `chat-tui/0.1.0`; shown in the list of sessions.
 */
export type ClientName = string;

/**
 * The server is about to close this connection, and why. With `retry: later` the client comes
 * back after `retry_after_ms`; with `retry: never` it does not come back by itself.
 */
export type Closing = { 
/**
 * Why.
 */
error: Error, };

/**
 * What happened.
 */
export type Code = "invalid" | "unknown_event" | "signed_out" | "wrong_password" | "forbidden" | "not_found" | "name_taken" | "conflict" | "out_of_order" | "slow_down" | "epoch_changed" | "deleted" | "unavailable" | "update_needed" | "unknown";

/**
 * Makes a short code that lets people into a room.
 */
export type CodeCreate = { 
/**
 * The room.
 */
room: RoomId, 
/**
 * For how many milliseconds it holds, at most [`JOIN_CODE_MS`](crate::limits::JOIN_CODE_MS); a week when left out.
 */
lasts_ms?: number, 
/**
 * How many people may use it, at most [`JOIN_CODE_USES`](crate::limits::JOIN_CODE_USES); any number within that when left out.
 */
uses?: number, };

/**
 * Ends a join code.
 */
export type CodeEnd = { 
/**
 * The room.
 */
room: RoomId, 
/**
 * The code.
 */
code: JoinCode, };

/**
 * Asks which room a join code lets in to; `room:join` with the code is the next step.
 */
export type CodeFind = { 
/**
 * The code.
 */
code: JoinCode, };

/**
 * Asks for the join codes of a room that still let in.
 */
export type CodeList = { 
/**
 * The room.
 */
room: RoomId, };

/**
 * The codes, those that end first at the top.
 */
export type CodeListReply = { 
/**
 * The codes.
 */
codes: Array<InviteCode>, };

/**
 * A colour, `#` and six lower-case hexadecimal digits.
 */
export type Color = string;

/**
 * The content of a stored message, read leniently.
 */
export type Content = { 
/**
 * `text`; later kinds come with a text to show instead.
 */
type: string, 
/**
 * The text, Markdown; empty once deleted.
 */
text: string, };

/**
 * What a client may send.
 */
export type ContentType = "text";

/**
 * Where a key counts.
 */
export type Context = "global" | "composer" | "message";

/**
 * The room is made.
 */
export type Create = { 
/**
 * Its first name.
 */
name: RoomName, 
/**
 * In a conversation: who is in it besides the author, for ever.
 */
people?: Array<Author>, };

/**
 * Where a client's copy of a room ends.
 */
export type Cursor = { 
/**
 * The room.
 */
room: RoomId, 
/**
 * The life of its log.
 */
epoch: Epoch, 
/**
 * The last entry held.
 */
seq: number, 
/**
 * That entry's id.
 */
id: EntryId, };

/**
 * A message is taken back.
 */
export type Delete = { 
/**
 * The message.
 */
target: Mark, };

/**
 * Finds the conversation of exactly the caller and these people, or begins it.
 */
export type DirectOpen = { 
/**
 * Made by the client before it is first sent; the same in each repeat.
 */
client_id: ClientId, 
/**
 * The others, 1 to [`DIRECT_PEOPLE`](crate::limits::DIRECT_PEOPLE) − 1 of them; the caller may be named among them.
 */
users: Array<UserId>, };

/**
 * The name that others see: printable text of up to [`limits::DISPLAY_NAME`] graphemes on
 * one line; spaces inside are kept, at the ends cut.
 */
export type DisplayName = string;

/**
 * Done, with nothing to tell.
 */
export type Done = Record<symbol, never>;

/**
 * An author changes what a message of theirs says.
 */
export type Edit = { 
/**
 * The message.
 */
target: Mark, 
/**
 * What it says now.
 */
content: Content, 
/**
 * Who is mentioned now.
 */
mentions: Array<UserId>, };

/**
 * A reaction: one grapheme that is not a letter, a digit or a space.
 */
export type Emoji = string;

/**
 * All entries of one room that were committed together, in order.
 */
export type Entries = { 
/**
 * The room.
 */
room: RoomId, 
/**
 * The life of its log.
 */
epoch: Epoch, 
/**
 * The entries.
 */
entries: Array<Entry>, };

/**
 * One entry of a room's log, as it goes over the wire.
 */
export type Entry = { 
/**
 * Its number in the room's log: 1, 2, 3 …
 */
seq: number, 
/**
 * Its id, made by the server.
 */
id: EntryId, 
/**
 * When it was stored; never decreasing within a room.
 */
time: number, 
/**
 * Who wrote it, as they were called then.
 */
author: Author, 
/**
 * The id that its author's client gave the request.
 */
client_id: ClientId, 
/**
 * How many messages the room's log holds up to and with this entry; in an inbox, how many notices.
 */
n: number, } & ({ "kind": "message" } & Message | { "kind": "edit" } & Edit | { "kind": "delete" } & Delete | { "kind": "react" } & React | { "kind": "topic" } & Topic | { "kind": "create" } & Create | { "kind": "join" } & Join | { "kind": "leave" } & Leave | { "kind": "invite" } & Invite | { "kind": "add" } & Add | { "kind": "remove" } & Remove | { "kind": "role" } & Role | { "kind": "settings" } & RoomChanges | { "kind": "invited" } & Invited | { "kind": "removed" } & Removed | { "kind": "friend_news" } & FriendNews | { "kind": "friend_note" } & FriendNote);

/**
 * One entry of one room's log, made by the server.
 */
export type EntryId = string;

/**
 * One life of a room's log. A log that is made anew gets a new epoch.
 */
export type Epoch = string;

/**
 * Why a request was refused. `message` is for people and is never parsed.
 */
export type Error = { 
/**
 * What happened, for programs.
 */
code: Code, 
/**
 * What happened and what to do, for people.
 */
message: string, 
/**
 * Whether sending it again can help.
 */
retry: Retry, 
/**
 * The field at fault, with dots between levels (`content.text`).
 */
field?: string, 
/**
 * With `retry: later`, how many milliseconds to wait.
 */
retry_after_ms?: number, };

/**
 * Somebody who is a friend, or may become one.
 */
export type Friend = { 
/**
 * Who.
 */
user: User, 
/**
 * How they and the caller stand to one another.
 */
state: Friendship, 
/**
 * Since when.
 */
since: number, };

/**
 * Says yes to an account that asked: the two are friends from now on. The entry that is stored stands in the
 * caller's own inbox.
 */
export type FriendAccept = { 
/**
 * Made by the client before it is first sent; the same in each repeat.
 */
client_id: ClientId, 
/**
 * Who asked.
 */
user: UserId, };

/**
 * Asks an account to be friends with the caller's; it is told in their inbox. If they have asked already, this accepts.
 * The entry that is stored stands in the caller's own inbox.
 */
export type FriendAsk = { 
/**
 * Made by the client before it is first sent; the same in each repeat.
 */
client_id: ClientId, 
/**
 * Whom.
 */
user: UserId, };

/**
 * What somebody did about being friends with somebody.
 */
export type FriendChange = "asked" | "accepted" | "refused" | "withdrawn" | "ended" | "unknown";

/**
 * Asks for the caller's friends and open questions.
 */
export type FriendList = Record<symbol, never>;

/**
 * All of them: first who asks the caller, then whom the caller asked, then the friends, each by name.
 */
export type FriendListReply = { 
/**
 * The people.
 */
friends: Array<Friend>, };

/**
 * In an inbox: what the author did about being friends with its reader. What is `asked` or `accepted` draws a
 * line and is counted; the rest is told in silence. Which questions are open, and who is a friend, `friend:list` tells.
 */
export type FriendNews = { 
/**
 * What they did.
 */
change: FriendChange, };

/**
 * In an inbox: what its owner did about being friends with somebody. It is never counted.
 */
export type FriendNote = { 
/**
 * With whom, as they were called then.
 */
user: Author, 
/**
 * What the owner did.
 */
change: FriendChange, };

/**
 * Says no to an account that asked. The entry that is stored stands in the caller's own inbox.
 */
export type FriendRefuse = { 
/**
 * Made by the client before it is first sent; the same in each repeat.
 */
client_id: ClientId, 
/**
 * Who asked.
 */
user: UserId, };

/**
 * Ends the friendship with an account, or takes back the question whether it wants one. The entry that is stored
 * stands in the caller's own inbox.
 */
export type FriendRemove = { 
/**
 * Made by the client before it is first sent; the same in each repeat.
 */
client_id: ClientId, 
/**
 * With whom.
 */
user: UserId, };

/**
 * How an account and the caller's stand to one another.
 */
export type Friendship = "none" | "asks_you" | "you_asked" | "friends" | "unknown";

/**
 * What somebody sees of what was said before they joined.
 */
export type History = "all" | "joined";

/**
 * Asks for a page. At most one of `before`, `after` and `around` is given; none means the head.
 */
export type HistoryRead = { 
/**
 * The room.
 */
room: RoomId, 
/**
 * The page ends just before this entry.
 */
before?: number, 
/**
 * The page begins just after this entry; 0 is the beginning.
 */
after?: number, 
/**
 * The page has this entry in its middle.
 */
around?: number, 
/**
 * An entry that the client holds; another one there now is `epoch_changed`.
 */
place?: Place, 
/**
 * Most lines wanted; the server's limit when left out.
 */
limit?: number, };

/**
 * One message that was found.
 */
export type Hit = { 
/**
 * The room in whose log it stands.
 */
room: RoomId, 
/**
 * The life of that log.
 */
epoch: Epoch, 
/**
 * The message as it reads now: where it was edited, with the content and the mentions of the last edit.
 */
entry: Entry, 
/**
 * Whether it was edited.
 */
edited: boolean, 
/**
 * Where in its text the words stand: begin and end, in order, counted in UTF-16 code units as
 * JavaScript counts them; the first [`HIGHLIGHTS`](crate::limits::HIGHLIGHTS) of them.
 */
highlights: Array<[number, number]>, };

/**
 * The name by which an account signs in: letters and digits of any script, `-`, `_`, `.`;
 * normalised (NFKC) and lower-cased.
 */
export type Identity = string;

/**
 * The author invites somebody into the room.
 */
export type Invite = { 
/**
 * Whom, as they were called then.
 */
user: Author, };

/**
 * A join code as its makers see it.
 */
export type InviteCode = { 
/**
 * The code.
 */
code: JoinCode, 
/**
 * The room that it lets in to.
 */
room: RoomId, 
/**
 * Who made it.
 */
by: UserId, 
/**
 * Until when it holds.
 */
expires: number, 
/**
 * How many people may still use it.
 */
uses_left: number, };

/**
 * In an inbox: the author invites its reader into a room.
 */
export type Invited = { 
/**
 * The room; `room:join` lets the reader in.
 */
room: RoomId, 
/**
 * Its name then.
 */
name: RoomName, };

/**
 * Who may invite people into a room.
 */
export type Inviters = "members" | "moderators";

/**
 * The author becomes a member.
 */
export type Join = Record<symbol, never>;

/**
 * What lets people into a room who were told it: eight letters and digits that are not mistaken
 * for one another, read in any case and with dashes or spaces anywhere, written `ABCD-2345`.
 */
export type JoinCode = string;

/**
 * The author is a member no longer.
 */
export type Leave = Record<symbol, never>;

/**
 * What this server allows, told in `welcome`.
 */
export type Limits = { 
/**
 * Most bytes of a message text.
 */
text: number, 
/**
 * Most unanswered sends of one connection.
 */
in_flight: number, 
/**
 * Most lines of one history page.
 */
page_lines: number, 
/**
 * Most log rows that one history page looks at.
 */
page_scan: number, 
/**
 * Who is more entries behind than this starts anew at the head.
 */
catch_up: number, 
/**
 * Messages of one user at once before the rate counts.
 */
message_burst: number, 
/**
 * Messages of one user per second after the burst.
 */
messages_per_second: number, 
/**
 * Milliseconds between two `sync` of a quiet connection.
 */
sync_ms: number, 
/**
 * Milliseconds for which a `typing:set` holds.
 */
typing_ms: number, 
/**
 * Most friends of one account.
 */
friends: number, 
/**
 * Most open questions of one account to be friends, and as many others' to it.
 */
friend_questions: number, };

/**
 * One line of the timeline.
 */
export type Line = { 
/**
 * Where it stands.
 */
seq: number, 
/**
 * Its entry's id.
 */
id: EntryId, 
/**
 * When it was stored.
 */
time: number, 
/**
 * Who wrote it, as they were called then.
 */
author: Author, 
/**
 * By which an outbox knows its own.
 */
client_id: ClientId, 
/**
 * How many messages the log holds up to and with it.
 */
n: number, } & ({ "kind": "message", 
/**
 * What it says now; empty once deleted.
 */
content: Content, 
/**
 * Who is mentioned now.
 */
mentions: Array<UserId>, 
/**
 * What it answers, or null.
 */
reply_to: Quote | null, 
/**
 * When it was last edited, or null.
 */
edited: number | null, 
/**
 * Whether it was taken back.
 */
deleted: boolean, 
/**
 * Its reactions, in order of the emoji's characters.
 */
reactions: Array<Reaction>, } | { "kind": "topic", 
/**
 * The topic.
 */
topic: TopicText, } | { "kind": "create", 
/**
 * Its name then.
 */
name: RoomName, } | { "kind": "join" } | { "kind": "leave" } | { "kind": "invite" } & Invite | { "kind": "add" } & Add | { "kind": "remove" } & Remove | { "kind": "role" } & Role | { "kind": "settings" } & RoomChanges | { "kind": "invited" } & Invited | { "kind": "removed" } & Removed | { "kind": "friend_news" } & FriendNews | { "kind": "friend_note" } & FriendNote | { "kind": "other", 
/**
 * The line to show instead.
 */
fallback: string, });

/**
 * A place whose epoch is told beside it.
 */
export type Mark = { 
/**
 * The entry's number.
 */
seq: number, 
/**
 * The entry's id.
 */
id: EntryId, };

/**
 * Somebody in a room and whether they are here.
 */
export type Member = { 
/**
 * Whether they are here.
 */
presence: Presence, 
/**
 * Their role in the room, where members are asked for; presence leaves it out.
 */
room_role?: RoomRole, 
/**
 * Who it is, for ever.
 */
id: UserId, 
/**
 * The name as drawn now.
 */
name: DisplayName, 
/**
 * Drawn when the user was made, then kept.
 */
color: Color, 
/**
 * Guest, account, bot or server.
 */
kind: UserKind, 
/**
 * The name by which an account signs in; guests have none.
 */
identity?: Identity, 
/**
 * What they may do on the whole server; left out where it is what everybody may.
 */
role?: ServerRole, };

/**
 * Somebody says something.
 */
export type Message = { 
/**
 * What is said; its text is empty once the message is deleted.
 */
content: Content, 
/**
 * Who is mentioned, of those who may read the room.
 */
mentions: Array<UserId>, 
/**
 * The message that this one answers.
 */
reply_to?: Quote, };

/**
 * Takes an own message back: its text, its edits and every quote of it are gone.
 */
export type MessageDelete = { 
/**
 * The room.
 */
room: RoomId, 
/**
 * Made by the client before it is first sent; the same in each repeat.
 */
client_id: ClientId, 
/**
 * The request before it in the same outbox and room while that one has no final answer, else null.
 */
after: ClientId | null, 
/**
 * The message.
 */
target: Place, };

/**
 * Changes what an own message says.
 */
export type MessageEdit = { 
/**
 * The room.
 */
room: RoomId, 
/**
 * Made by the client before it is first sent; the same in each repeat.
 */
client_id: ClientId, 
/**
 * The request before it in the same outbox and room while that one has no final answer, else null.
 */
after: ClientId | null, 
/**
 * The message.
 */
target: Place, 
/**
 * What it says from now on.
 */
content: NewContent, 
/**
 * Who is mentioned from now on.
 */
mentions: Array<UserId>, };

/**
 * Sets or takes back a reaction of the caller's.
 */
export type MessageReact = { 
/**
 * The room.
 */
room: RoomId, 
/**
 * Made by the client before it is first sent; the same in each repeat.
 */
client_id: ClientId, 
/**
 * The request before it in the same outbox and room while that one has no final answer, else null.
 */
after: ClientId | null, 
/**
 * The message.
 */
target: Place, 
/**
 * The reaction.
 */
emoji: Emoji, 
/**
 * Set it, or take it back.
 */
on: boolean, };

/**
 * Says something in a room.
 */
export type MessageSend = { 
/**
 * The room.
 */
room: RoomId, 
/**
 * Made by the client before it is first sent; the same in each repeat.
 */
client_id: ClientId, 
/**
 * The message before it in the same outbox and room while that one has no final answer, else null.
 */
after: ClientId | null, 
/**
 * What is said.
 */
content: NewContent, 
/**
 * Who is mentioned; the server keeps those who may read the room.
 */
mentions: Array<UserId>, 
/**
 * The message that this one answers.
 */
reply_to?: Place, };

/**
 * What a message says: 1 to [`limits::TEXT`] bytes, at most [`limits::TEXT_LINES`] lines.
 * Any character but U+0000; clients draw it so that it can drive nothing.
 */
export type MessageText = string;

/**
 * The content of a message that a client sends, read strictly.
 */
export type NewContent = { 
/**
 * `text`.
 */
type: ContentType, 
/**
 * The text, Markdown.
 */
text: MessageText, };

/**
 * A closed page: everything that stands from `from` to `to`, as of `head`.
 *
 * `entries` holds the entries that draw a line; all else of the range is told by what is in
 * force, in `edits`, `deletions` and `reactions`: those whose target lies in the range, wherever
 * they stand, and those that stand in the range, wherever their target lies.
 */
export type Page = { 
/**
 * The room.
 */
room: RoomId, 
/**
 * The life of its log.
 */
epoch: Epoch, 
/**
 * The first entry that the page covers.
 */
from: number, 
/**
 * The last entry that the page covers; `from` − 1 where there was nothing to cover.
 */
to: Mark | null, 
/**
 * The newest entry of the log when the page was read.
 */
head: Mark, 
/**
 * The entries of the range that draw a line, in order.
 */
entries: Array<Entry>, 
/**
 * The last edit of each message, the last deletion.
 */
amendments: Array<Entry>, 
/**
 * The standing reactions. For a message in the range that is not listed there are none.
 */
reactions: Array<Standing>, 
/**
 * Ranges that the caller may not read; they count as covered.
 */
hidden: Array<[number, number]>, };

/**
 * A password as typed: at least [`limits::PASSWORD_MIN`] characters.
 */
export type Password = string;

/**
 * One entry of one life of a room's log. Cursors, targets, replies and read positions are places.
 *
 * Carrying the id beside the number is what finds a log that was copied back: the entry that
 * stands there now has another id.
 */
export type Place = { 
/**
 * The life of the log.
 */
epoch: Epoch, 
/**
 * The entry's number.
 */
seq: number, 
/**
 * The entry's id.
 */
id: EntryId, };

/**
 * Who may say something in a room.
 */
export type Post = "members" | "moderators";

/**
 * Whether somebody is here.
 */
export type Presence = "online" | "away" | "offline" | "unknown";

/**
 * Who came, went or changed in a room; at most once a second. Above
 * [`PRESENCE_MEMBERS`](crate::limits::PRESENCE_MEMBERS) members `changes` stays empty.
 */
export type PresenceChanged = { 
/**
 * The room.
 */
room: RoomId, 
/**
 * How many are here now, away ones included.
 */
online: number, 
/**
 * How many are in the room now, here or not.
 */
total: number, 
/**
 * Those whose state changed.
 */
changes: Array<Member>, 
/**
 * Those of them who are in the room no longer, since it was a visit or they left: not even as somebody who is offline.
 */
gone: Array<UserId>, };

/**
 * Tells that this connection's user is away, or back. Somebody is away when all of their
 * connections are.
 */
export type PresenceSet = { 
/**
 * Away, or here.
 */
away: boolean, };

/**
 * Who somebody is.
 */
export type Profile = { 
/**
 * Who.
 */
user: User, 
/**
 * Whether they are here.
 */
presence: Presence, 
/**
 * Since when the server knows them.
 */
since: number, 
/**
 * The rooms that they and the caller are both in.
 */
rooms: Array<RoomId>, 
/**
 * Whether they and the caller are friends, or one has asked the other.
 */
friendship: Friendship, };

/**
 * Words to look for in a list.
 */
export type Query = string;

/**
 * The message that a reply answers, as it read when the reply was written.
 */
export type Quote = { 
/**
 * Its number.
 */
seq: number, 
/**
 * Its id.
 */
id: EntryId, 
/**
 * Who said it.
 */
author: Author, 
/**
 * Its first [`QUOTE`](crate::limits::QUOTE) characters on one line; empty once deleted.
 */
text: string, };

/**
 * Somebody sets or takes back a reaction.
 */
export type React = { 
/**
 * The message.
 */
target: Mark, 
/**
 * The reaction.
 */
emoji: Emoji, 
/**
 * Set, or taken back.
 */
on: boolean, 
/**
 * How many people's reaction this is after the entry. Told by the server, so that the count
 * is a last-writer-wins value like every other and merges with pages in any order.
 */
count: number, };

/**
 * How many people's reaction it is, and whether it is the reader's.
 */
export type Reaction = { 
/**
 * The reaction.
 */
emoji: Emoji, 
/**
 * How many people's.
 */
count: number, 
/**
 * Whether the reader's too.
 */
mine: boolean, };

/**
 * The reader's own read position moved, on this or another of their devices.
 */
export type ReadChanged = { 
/**
 * The room.
 */
room: RoomId, 
/**
 * Where it stands now.
 */
read: ReadPosition, };

/**
 * How far somebody has read a room.
 */
export type ReadPosition = { 
/**
 * The last entry that was read; 0 when none was.
 */
seq: number, 
/**
 * How many messages the log held up to and with it.
 */
n: number, 
/**
 * How many messages have come since.
 */
unread: number, 
/**
 * How many of those mention the reader.
 */
mentions: number, };

/**
 * The author ends somebody's membership.
 */
export type Remove = { 
/**
 * Whose, as they were called then.
 */
user: Author, };

/**
 * In an inbox: the author ended its reader's membership of a room.
 */
export type Removed = { 
/**
 * The room.
 */
room: RoomId, 
/**
 * Its name then.
 */
name: RoomName, };

/**
 * Whether, and when, sending a request again can help.
 */
export type Retry = "never" | "later" | "now" | "unknown";

/**
 * Pairs an `answer` with its request; chosen by the client, told back unread.
 */
export type Rid = string;

/**
 * The author gives somebody a role in the room.
 */
export type Role = { 
/**
 * Whom, as they were called then.
 */
user: Author, 
/**
 * The role from now on.
 */
role: RoomRole, };

/**
 * What a room is called and about, and its rules.
 */
export type Room = { 
/**
 * The room, for ever.
 */
id: RoomId, 
/**
 * Its name now. A conversation between people has one that nobody shows.
 */
name: RoomName, 
/**
 * How it is headed; empty when its name says enough.
 */
title: TopicText, 
/**
 * Its topic now; empty when it has none.
 */
topic: TopicText, 
/**
 * What kind of room.
 */
kind: RoomKind, 
/**
 * Its rules.
 */
settings: RoomSettings, };

/**
 * Makes an account a member of a room without asking; operators of the server alone may.
 */
export type RoomAdd = { 
/**
 * The room.
 */
room: RoomId, 
/**
 * Whom.
 */
user: UserId, 
/**
 * Made by the client before it is first sent; the same in each repeat.
 */
client_id: ClientId, 
/**
 * The request before it in the same outbox and room while that one has no final answer, else null.
 */
after: ClientId | null, };

/**
 * What changes about a room; what is left out stays.
 */
export type RoomChanges = { 
/**
 * Its name.
 */
name?: RoomName, 
/**
 * How it is headed; empty takes that away.
 */
title?: TopicText, 
/**
 * Whether it is listed.
 */
visibility?: Visibility, 
/**
 * Who may say something.
 */
post?: Post, 
/**
 * Who may invite.
 */
invite?: Inviters, 
/**
 * What somebody sees who joins.
 */
history?: History, 
/**
 * Whether it is closed.
 */
archived?: boolean, };

/**
 * Changes a room; what is left out stays as it is.
 */
export type RoomConfigure = { 
/**
 * The room.
 */
room: RoomId, 
/**
 * Made by the client before it is first sent; the same in each repeat.
 */
client_id: ClientId, 
/**
 * The request before it in the same outbox and room while that one has no final answer, else null.
 */
after: ClientId | null, 
/**
 * What changes; at least one thing.
 */
changes: RoomChanges, };

/**
 * Makes a room; the caller is its first member, and its owner.
 */
export type RoomCreate = { 
/**
 * Made by the client before it is first sent; a repeat finds the room that the first made.
 */
client_id: ClientId, 
/**
 * The name.
 */
name: RoomName, 
/**
 * The topic, if it shall have one from the start.
 */
topic?: TopicText, 
/**
 * How it is headed, if its name shall not say that.
 */
title?: TopicText, 
/**
 * Whether it is listed; public when left out.
 */
visibility?: Visibility, 
/**
 * What somebody sees who joins; everything when left out.
 */
history?: History, };

/**
 * The room that was made.
 */
export type RoomCreated = { 
/**
 * The room.
 */
room: Room, 
/**
 * The entry's number.
 */
seq: number, 
/**
 * The entry's id.
 */
id: EntryId, 
/**
 * When it was stored.
 */
time: number, 
/**
 * How many messages the room's log holds up to and with it.
 */
n: number, };

/**
 * Asks for the room of that name.
 */
export type RoomFind = { 
/**
 * The name.
 */
name: RoomName, };

/**
 * A room, for ever: its name can change, its id is never used again.
 */
export type RoomId = string;

/**
 * Invites an account into a room; it is told in their inbox, and `room:join` lets them in.
 */
export type RoomInvite = { 
/**
 * The room.
 */
room: RoomId, 
/**
 * Whom.
 */
user: UserId, 
/**
 * Made by the client before it is first sent; the same in each repeat.
 */
client_id: ClientId, 
/**
 * The request before it in the same outbox and room while that one has no final answer, else null.
 */
after: ClientId | null, };

/**
 * Becomes a member: of a public room, of one that the caller was invited into, or by a join code. For a
 * member it changes nothing.
 */
export type RoomJoin = { 
/**
 * The room.
 */
room: RoomId, 
/**
 * Made by the client before it is first sent; the same in each repeat.
 */
client_id: ClientId, 
/**
 * The request before it in the same outbox and room while that one has no final answer, else null.
 */
after?: ClientId, 
/**
 * A join code of that room.
 */
code?: JoinCode, };

/**
 * What kind of room.
 */
export type RoomKind = "lobby" | "public" | "private" | "direct" | "inbox" | "friends" | "unknown";

/**
 * Leaves a room. Only an account can leave the lobby.
 */
export type RoomLeave = { 
/**
 * The room.
 */
room: RoomId, 
/**
 * Made by the client before it is first sent; the same in each repeat.
 */
client_id: ClientId, 
/**
 * The request before it in the same outbox and room while that one has no final answer, else null.
 */
after: ClientId | null, };

/**
 * Asks for the public rooms, those with the most members first.
 */
export type RoomList = { 
/**
 * Only rooms whose name or topic holds this.
 */
query?: Query, 
/**
 * Goes on after this room of the page before.
 */
after?: RoomId, };

/**
 * One page of the list of rooms.
 */
export type RoomListReply = { 
/**
 * The rooms.
 */
rooms: Array<RoomSummary>, 
/**
 * Whether there are more.
 */
more: boolean, };

/**
 * Moves the caller's read position. It only grows, except by `unread`.
 */
export type RoomMarkRead = { 
/**
 * The room.
 */
room: RoomId, 
/**
 * The last entry that was read; seq 0 with the id `0` is the place before the first one.
 */
place: Place, 
/**
 * "Mark unread": the position may move back.
 */
unread: boolean, };

/**
 * Asks who is in a room.
 */
export type RoomMembers = { 
/**
 * The room.
 */
room: RoomId, };

/**
 * Who is in a room: those who are here first, then by name.
 */
export type RoomMembersReply = { 
/**
 * How many are here now, away ones included.
 */
online: number, 
/**
 * How many are in the room, here or not.
 */
total: number, 
/**
 * At most 1,000 of them.
 */
members: Array<Member>, };

/**
 * The name by which people find a room: letters and digits of any script, `-`, `_`, `.`;
 * normalised (NFKC) and lower-cased. A leading `#` is taken off.
 */
export type RoomName = string;

/**
 * Who is in a room.
 */
export type RoomPresence = { 
/**
 * The room.
 */
room: RoomId, 
/**
 * How many are here now, away ones included.
 */
online: number, 
/**
 * How many are in the room, here or not.
 */
total: number, 
/**
 * Those who are here, online or away; nobody above
 * [`PRESENCE_MEMBERS`](crate::limits::PRESENCE_MEMBERS) members.
 */
members: Array<Member>, };

/**
 * Ends somebody's membership; an invitation of theirs ends with it.
 */
export type RoomRemove = { 
/**
 * The room.
 */
room: RoomId, 
/**
 * Whose.
 */
user: UserId, 
/**
 * Made by the client before it is first sent; the same in each repeat.
 */
client_id: ClientId, 
/**
 * The request before it in the same outbox and room while that one has no final answer, else null.
 */
after: ClientId | null, };

/**
 * In which role somebody is in a room. The higher may do all that the lower may.
 */
export type RoomRole = "member" | "moderator" | "owner";

/**
 * Gives a member another role in the room.
 */
export type RoomSetRole = { 
/**
 * The room.
 */
room: RoomId, 
/**
 * The member.
 */
user: UserId, 
/**
 * The role.
 */
role: RoomRole, 
/**
 * Made by the client before it is first sent; the same in each repeat.
 */
client_id: ClientId, 
/**
 * The request before it in the same outbox and room while that one has no final answer, else null.
 */
after: ClientId | null, };

/**
 * Sets a room's topic; an empty one clears it.
 */
export type RoomSetTopic = { 
/**
 * The room.
 */
room: RoomId, 
/**
 * Made by the client before it is first sent; the same in each repeat.
 */
client_id: ClientId, 
/**
 * The request before it in the same outbox and room while that one has no final answer, else null.
 */
after: ClientId | null, 
/**
 * The topic.
 */
topic: TopicText, };

/**
 * A room's rules.
 */
export type RoomSettings = { 
/**
 * Who may say something.
 */
post: Post, 
/**
 * Who may invite.
 */
invite: Inviters, 
/**
 * What somebody sees who joins.
 */
history: History, 
/**
 * Whether it is closed: everything can be read, nothing said.
 */
archived: boolean, };

/**
 * One of the caller's rooms, as it stands.
 */
export type RoomState = { 
/**
 * The room.
 */
room: Room, 
/**
 * The life of its log.
 */
epoch: Epoch, 
/**
 * The newest entry.
 */
head: Mark, 
/**
 * How many messages the log holds.
 */
n: number, 
/**
 * The caller's read position.
 */
read: ReadPosition, 
/**
 * The cursor does not fit the log: drop the copy and start at the head.
 */
reset: boolean, 
/**
 * The caller's role there.
 */
role: RoomRole, 
/**
 * In a conversation: the others in it, by name. In a friend's room: the friend, whose room it is; in
 * the caller's own, nobody. Empty in other rooms.
 */
people: Array<User>, };

/**
 * A room as somebody sees it who is not in it.
 */
export type RoomSummary = { 
/**
 * How many people are in it.
 */
members: number, 
/**
 * Whether the caller is.
 */
joined: boolean, 
/**
 * The room, for ever.
 */
id: RoomId, 
/**
 * Its name now. A conversation between people has one that nobody shows.
 */
name: RoomName, 
/**
 * How it is headed; empty when its name says enough.
 */
title: TopicText, 
/**
 * Its topic now; empty when it has none.
 */
topic: TopicText, 
/**
 * What kind of room.
 */
kind: RoomKind, 
/**
 * Its rules.
 */
settings: RoomSettings, };

/**
 * What a bot may do in its rooms.
 */
export type Scope = "read" | "send" | "hook";

/**
 * How far a search has come. Nobody but the server may read a meaning into it.
 */
export type SearchCursor = string;

/**
 * Searches the messages that the caller may read now, the newest first.
 *
 * All words must occur in a message; the last one that is not quoted may be the beginning of a
 * longer word. `"words in quotation marks"` stand one behind the other. `-word` and `-"words"` must
 * not occur. `from:NAME` (a display name, an identity, or `me`; several: any of them), `in:ROOM`
 * (several: any of them), `before:YYYY-MM-DD` and `after:YYYY-MM-DD` (the days before, and the days
 * after that one, UTC) restrict what is found; a value with spaces is quoted. Case, accents and
 * the width of letters make no difference.
 */
export type SearchRead = { 
/**
 * What to search for, as it was typed.
 */
query: SearchText, 
/**
 * Only in this room.
 */
room?: RoomId, 
/**
 * Goes on where the page before ended: its `more`, with the same `query` and `room`.
 */
before?: SearchCursor, 
/**
 * Most hits wanted, 1 to [`SEARCH_HITS`](crate::limits::SEARCH_HITS); [`SEARCH_HITS_DEFAULT`](crate::limits::SEARCH_HITS_DEFAULT) when left out.
 */
limit?: number, };

/**
 * One page of what was found.
 */
export type SearchReply = { 
/**
 * The messages, the newest first. There may be fewer than wanted, even none, while `more` goes
 * on: a page ends where it has cost enough.
 */
hits: Array<Hit>, 
/**
 * The cursor of the next page; null when there is nothing older.
 */
more: SearchCursor | null, 
/**
 * Whether the server is still preparing messages that are older than its search: not all of
 * them are found yet.
 */
preparing: boolean, };

/**
 * What to search for, as it is typed: up to [`SEARCH`](crate::limits::SEARCH) bytes.
 */
export type SearchText = string;

/**
 * Announces something to everybody on the server, or in one room; operators alone may. It reaches
 * those who are connected, all but the connection that made it.
 */
export type ServerAnnounce = { 
/**
 * What is announced.
 */
text: MessageText, 
/**
 * The room, if it is for that room alone.
 */
room?: RoomId, };

/**
 * Makes the calling account the server's owner, by the code that a server without one prints at its start.
 */
export type ServerClaim = { 
/**
 * The code.
 */
code: JoinCode, };

/**
 * The database that a server speaks for; random, made with it.
 */
export type ServerId = string;

/**
 * The server, as told in `welcome`.
 */
export type ServerInfo = { 
/**
 * Made with its database.
 */
id: ServerId, 
/**
 * The name that its operator gave it.
 */
name: string, 
/**
 * Its version, such as `0.1.0`.
 */
version: string, };

/**
 * What a user may do on the whole server. The higher may do all that the lower may.
 */
export type ServerRole = "member" | "moderator" | "owner";

/**
 * One sign-in.
 */
export type Session = { 
/**
 * To revoke it by.
 */
id: SessionId, 
/**
 * When it began.
 */
created: number, 
/**
 * When it was last used, to the minute.
 */
used: number, 
/**
 * The program, as it called itself.
 */
client?: ClientName, 
/**
 * Whether it is the one that asks.
 */
current: boolean, };

/**
 * One sign-in of an account, as told by `session:list`. Not the token.
 */
export type SessionId = string;

/**
 * Asks for the account's sessions.
 */
export type SessionList = Record<symbol, never>;

/**
 * The account's sessions, the last used first.
 */
export type SessionListReply = { 
/**
 * The sessions.
 */
sessions: Array<Session>, };

/**
 * Ends a session of the caller's account; its connections are closed.
 */
export type SessionRevoke = { 
/**
 * The session.
 */
id: SessionId, };

/**
 * A new session.
 */
export type SignedIn = { 
/**
 * The session's token; told this once.
 */
token: Token, 
/**
 * Whose it is.
 */
user: User, };

/**
 * All reactions that stand on one message.
 */
export type Standing = { 
/**
 * The message.
 */
target: number, 
/**
 * Its reactions; empty when the last one was taken back.
 */
reactions: Array<Reaction>, };

/**
 * Where the entry stands that a request wrote; a repeat of the request gets the same again.
 */
export type Stored = { 
/**
 * The entry's number.
 */
seq: number, 
/**
 * The entry's id.
 */
id: EntryId, 
/**
 * When it was stored.
 */
time: number, 
/**
 * How many messages the room's log holds up to and with it.
 */
n: number, };

/**
 * All of the caller's rooms; a room that is missing is one they are no longer in.
 */
export type SyncReply = { 
/**
 * The server's time.
 */
time: number, 
/**
 * The rooms.
 */
rooms: Array<RoomState>, 
/**
 * Who is in the rooms that were asked for.
 */
presence: Array<RoomPresence>, };

/**
 * Asks for the state of all of the caller's rooms.
 */
export type SyncRequest = { 
/**
 * Where the client's copy of each room ends.
 */
cursors: Array<Cursor>, 
/**
 * The rooms on the screen, whose presence is asked for.
 */
show: Array<RoomId>, };

/**
 * 256 random bits in base64url without padding: 43 characters. Whoever has it is the guest
 * or the account that it belongs to; servers store its SHA-256 alone.
 */
export type Token = string;

/**
 * Makes a bot of that name, a member of those rooms, and the one token by which it comes in. Moderators and
 * owners of all of these rooms may.
 */
export type TokenCreate = { 
/**
 * What the bot is called; nobody else may be called so, or alike.
 */
name: DisplayName, 
/**
 * What it may do, at least one.
 */
scopes: Array<Scope>, 
/**
 * The rooms that it is put into, at least one. Moderators can remove it from them, and add it to others.
 */
rooms: Array<RoomId>, 
/**
 * Whether posts to its webhook must be signed, as GitHub signs them; false when left out.
 */
signed?: boolean, };

/**
 * A new token: the only time that it is told.
 */
export type TokenCreated = { 
/**
 * The secret by which the bot connects, and the last part of its webhook's address.
 */
token: Token, 
/**
 * The secret to sign posts with, where they must be signed.
 */
signing_secret?: Token, 
/**
 * What stays known of it.
 */
info: TokenInfo, };

/**
 * One token of a bot, as told by `token:list`, and the first part of its webhook's address. Not the token.
 */
export type TokenId = string;

/**
 * A token as it is listed.
 */
export type TokenInfo = { 
/**
 * To revoke it by; the webhook is `POST /hooks/{id}/{token}`.
 */
id: TokenId, 
/**
 * The bot.
 */
bot: User, 
/**
 * What it may do, of what this program knows.
 */
scopes: Array<Scope>, 
/**
 * Whether posts to its webhook must be signed.
 */
signed: boolean, 
/**
 * Who made it.
 */
by: UserId, 
/**
 * When.
 */
created: number, 
/**
 * When it was last used, to the minute; left out where it never was.
 */
used?: number, };

/**
 * Asks for the tokens that the caller made; an owner of the server gets all of them.
 */
export type TokenList = Record<symbol, never>;

/**
 * The tokens, by the name of their bots.
 */
export type TokenListReply = { 
/**
 * The tokens; never what they are, only what is known of them.
 */
tokens: Array<TokenInfo>, };

/**
 * Ends a token at once: its connections are closed, its webhook is gone, its bot leaves all rooms. What the bot
 * said stays. Who made it may, and an owner of the server.
 */
export type TokenRevoke = { 
/**
 * The token.
 */
id: TokenId, };

/**
 * The room's topic changes.
 */
export type Topic = { 
/**
 * The new topic; empty when it was cleared.
 */
topic: TopicText, };

/**
 * What a room is about: one line of up to [`limits::TOPIC`] graphemes; empty clears it.
 */
export type TopicText = string;

/**
 * Who is typing in a room now: the whole list, so that a lost frame heals with the next.
 */
export type TypingChanged = { 
/**
 * The room.
 */
room: RoomId, 
/**
 * Who is typing, at most ten of them; the reader themself may be among them.
 */
users: Array<Author>, };

/**
 * Tells a room that the caller is typing, for [`TYPING_MS`](crate::limits::TYPING_MS), or stopped.
 */
export type TypingSet = { 
/**
 * The room.
 */
room: RoomId, 
/**
 * Typing, or stopped.
 */
typing: boolean, };

/**
 * A user as others see them now.
 */
export type User = { 
/**
 * Who it is, for ever.
 */
id: UserId, 
/**
 * The name as drawn now.
 */
name: DisplayName, 
/**
 * Drawn when the user was made, then kept.
 */
color: Color, 
/**
 * Guest, account, bot or server.
 */
kind: UserKind, 
/**
 * The name by which an account signs in; guests have none.
 */
identity?: Identity, 
/**
 * What they may do on the whole server; left out where it is what everybody may.
 */
role?: ServerRole, };

/**
 * Somebody who shares a room with the reader, or the reader, has another name, colour or kind.
 */
export type UserChanged = { 
/**
 * The user as they are now.
 */
user: User, };

/**
 * Asks for the people whose name to sign in by, or the name as drawn, begins with this; accounts alone.
 */
export type UserFind = { 
/**
 * The beginning of a name.
 */
query: Query, 
/**
 * Most people wanted, at most [`FOUND_PEOPLE`](crate::limits::FOUND_PEOPLE); so many when left out.
 */
limit?: number, };

/**
 * People, those whose whole name was asked for first, then by name.
 */
export type UserFindReply = { 
/**
 * The people.
 */
users: Array<User>, };

/**
 * A user: guest, account or the server itself. Registering keeps a guest's id.
 */
export type UserId = string;

/**
 * Whether a user is here for a visit or to stay.
 */
export type UserKind = "guest" | "account" | "server" | "bot" | "unknown";

/**
 * Asks who an account is, or a guest who shares a room with the caller.
 */
export type UserRead = { 
/**
 * Who.
 */
user: UserId, };

/**
 * Changes the caller's display name.
 */
export type UserRename = { 
/**
 * The name.
 */
name: DisplayName, };

/**
 * Gives an account another role on the server; its owners alone may.
 */
export type UserSetRole = { 
/**
 * Whom.
 */
user: UserId, 
/**
 * The role.
 */
role: ServerRole, };

/**
 * One protocol version, or a range of them.
 */
export type Versions = number | { 
/**
 * The oldest.
 */
min: number, 
/**
 * The newest.
 */
max: number, };

/**
 * Whether a room is listed.
 */
export type Visibility = "public" | "private";

/**
 * The first event of a connection: who the server is, who the client is, and where things stand.
 */
export type Welcome = { 
/**
 * The protocol version that the server speaks.
 */
protocol: number, 
/**
 * The server.
 */
server: ServerInfo, 
/**
 * Who the client is here.
 */
user: User, 
/**
 * What the server allows.
 */
limits: Limits, 
/**
 * The server's time.
 */
time: number, 
/**
 * The answer of `sync` without cursors.
 */
sync: SyncReply, };

/** Every request, with what it sends and what its `ok` holds. */
export interface Requests {
  "sync": { request: SyncRequest; reply: SyncReply };
  "message:send": { request: MessageSend; reply: Stored };
  "message:edit": { request: MessageEdit; reply: Stored };
  "message:delete": { request: MessageDelete; reply: Stored };
  "message:react": { request: MessageReact; reply: Stored };
  "history:read": { request: HistoryRead; reply: Page };
  "search:read": { request: SearchRead; reply: SearchReply };
  "room:list": { request: RoomList; reply: RoomListReply };
  "room:find": { request: RoomFind; reply: RoomSummary };
  "room:create": { request: RoomCreate; reply: RoomCreated };
  "room:join": { request: RoomJoin; reply: Stored };
  "room:leave": { request: RoomLeave; reply: Stored };
  "room:invite": { request: RoomInvite; reply: Stored };
  "room:add": { request: RoomAdd; reply: Stored };
  "room:remove": { request: RoomRemove; reply: Stored };
  "room:set_role": { request: RoomSetRole; reply: Stored };
  "room:configure": { request: RoomConfigure; reply: Stored };
  "direct:open": { request: DirectOpen; reply: RoomCreated };
  "friend:ask": { request: FriendAsk; reply: Stored };
  "friend:accept": { request: FriendAccept; reply: Stored };
  "friend:refuse": { request: FriendRefuse; reply: Stored };
  "friend:remove": { request: FriendRemove; reply: Stored };
  "friend:list": { request: FriendList; reply: FriendListReply };
  "code:create": { request: CodeCreate; reply: InviteCode };
  "code:find": { request: CodeFind; reply: RoomSummary };
  "code:list": { request: CodeList; reply: CodeListReply };
  "code:end": { request: CodeEnd; reply: Done };
  "room:set_topic": { request: RoomSetTopic; reply: Stored };
  "room:members": { request: RoomMembers; reply: RoomMembersReply };
  "room:mark_read": { request: RoomMarkRead; reply: ReadPosition };
  "typing:set": { request: TypingSet; reply: Done };
  "presence:set": { request: PresenceSet; reply: Done };
  "user:rename": { request: UserRename; reply: User };
  "user:find": { request: UserFind; reply: UserFindReply };
  "user:read": { request: UserRead; reply: Profile };
  "user:set_role": { request: UserSetRole; reply: Done };
  "account:register": { request: AccountRegister; reply: SignedIn };
  "account:login": { request: AccountLogin; reply: SignedIn };
  "account:logout": { request: AccountLogout; reply: Done };
  "account:set_password": { request: AccountSetPassword; reply: Done };
  "server:announce": { request: ServerAnnounce; reply: Done };
  "server:claim": { request: ServerClaim; reply: User };
  "session:list": { request: SessionList; reply: SessionListReply };
  "session:revoke": { request: SessionRevoke; reply: Done };
  "token:create": { request: TokenCreate; reply: TokenCreated };
  "token:list": { request: TokenList; reply: TokenListReply };
  "token:revoke": { request: TokenRevoke; reply: Done };
}

/** Every event of the server's, with its payload. */
export interface Events {
  "welcome": Welcome;
  "entries": Entries;
  "answer": Answer;
  "presence:changed": PresenceChanged;
  "typing:changed": TypingChanged;
  "read:changed": ReadChanged;
  "user:changed": UserChanged;
  "announced": Announced;
  "closing": Closing;
}

/** The protocol version. */
export const PROTOCOL = 1;

/** The Socket.IO namespace. */
export const NAMESPACE = "/v1";

/** Lengths that the protocol fixes. */
export const LENGTHS = {
  "away_ms": 600000,
  "display_name": 64,
  "emoji": 64,
  "identity": 32,
  "mentions": 50,
  "password_max": 1024,
  "password_min": 8,
  "presence_members": 200,
  "quote": 200,
  "room_name": 40,
  "text": 16384,
  "text_lines": 500,
  "topic": 300
} as const;

/** The sentences that the page begins with; `{…}` marks what is put in. */
export const WORDS = {
  "ACCEPT": "Accept",
  "ADDED": "{name} added {user}",
  "ALL_ROOMS": "All rooms",
  "ANNOUNCEMENT": "Announcement: {text}",
  "ANNOUNCEMENT_IN": "Announcement in #{room}: {text}",
  "ARCHIVED": "{name} archived this room",
  "ASK_NAME": "What should people call you?",
  "ASK_NAME_HINT": "You come in as a guest, and this browser remembers you. An account can be made later.",
  "AWAY": "away",
  "BEGINNING": "This is the beginning of #{room}.",
  "BEGINNING_OF_FRIENDS": "This is the beginning of what you and your friends say.",
  "BEGINNING_WITH": "This is the beginning of your conversation with {name}.",
  "BEING_SENT": "It is on its way already.",
  "BOT": "bot",
  "CANCEL": "Cancel",
  "CHANGE_PASSWORD": "Change the password",
  "CLOSE": "Close",
  "COME_IN": "Come in",
  "CONNECTED": "connected",
  "CONNECTING": "connecting",
  "CONVERSATIONS": "Conversations",
  "COPY": "Copy",
  "CUTS_THE_LINE": "the line was cut each time that it was sent",
  "DELETE": "Delete",
  "DISCARD": "Discard",
  "DISCONNECTED": "disconnected",
  "EDIT": "Edit",
  "EDITED": "edited",
  "EDITING": "editing your message · Esc to cancel",
  "EMPTY_ROOM": "Nothing has been said here yet. Say hello!",
  "FAILED": "failed: {reason}",
  "FRIENDS": "Friends",
  "FRIENDS_QUIET": "Nobody has said anything yet. What you write here all of your friends read. /friend NAME asks somebody to be one.",
  "FRIEND_ACCEPTED": "{name} is your friend now.",
  "FRIEND_ASKED": "{name} asks to be your friend. /friend accept {name} says yes.",
  "GUEST": "guest",
  "HELP": "Keys and commands",
  "HERE": "{count} here",
  "HINT_GO_TO": "go to",
  "HINT_HELP": "help",
  "HINT_UNREAD": "next unread",
  "HISTORY_ALL": "{name} lets new members read what was said before",
  "HISTORY_JOINED": "{name} lets new members read only what is said from then on",
  "INBOX": "Inbox",
  "INBOX_IS_READ": "Here you only read. /accept takes an invitation up.",
  "INVITATION_SENT": "{user} is invited.",
  "INVITED": "{name} invited {user}",
  "INVITED_YOU": "{name} invites you into #{room}. /accept {room} takes you there.",
  "INVITE_MEMBERS": "{name} lets all members invite",
  "INVITE_MODERATORS": "{name} lets moderators alone invite",
  "IS_ARCHIVED": "This room is archived: nothing can be said here any more.",
  "IS_IN_ARCHIVE": "archived",
  "JOIN": "Join",
  "JOINED": "{name} joined",
  "LEFT": "{name} left",
  "LINES_WAIT": "No connection. What you write waits here and is sent when the line is back.",
  "LOADING": "loading …",
  "MADE_PRIVATE": "{name} closed this room to all but those who are invited",
  "MADE_PUBLIC": "{name} opened this room to everybody",
  "MAY_NOT_POST": "Only moderators write here.",
  "MESSAGES": "Messages in #{room}",
  "MESSAGE_DELETED": "message deleted",
  "NAME_WAS_TAKEN": "The name {wished} is taken; you are {name}.",
  "NEW": "new",
  "NEWEST": "To the newest line",
  "NEW_BELOW": "{count} new below",
  "NOT_DURABLE": "This browser stores nothing for this page: what is not sent yet is lost when the page is closed.",
  "NOT_SENT": "failed: {reason}",
  "NOT_STORED": "The browser could not store this line, so it was not sent. Send it again to keep it as long as this page is open.",
  "NO_CONNECTION": "There is no connection. Try again when it is back.",
  "NO_FRIENDS": "You have no friends here yet. /friend NAME asks somebody to be yours.",
  "PEOPLE": "People",
  "PLAIN_HTTP_GUEST": "This line is not encrypted: others on the network could read along and take the name.",
  "POST_MEMBERS": "{name} lets all members write",
  "POST_MODERATORS": "{name} lets moderators alone write",
  "PRIVATE": "private",
  "REACT": "React",
  "READ_ONLY": "read-only",
  "RECONNECT": "Try now",
  "RECONNECTING": "reconnecting",
  "RECONNECTING_IN": "reconnecting in {seconds} s",
  "REFUSE": "Refuse",
  "REGISTER": "Make an account",
  "REMOVED": "{name} removed {user}",
  "REMOVED_YOU": "{name} removed you from #{room}.",
  "REPLY": "Reply",
  "REPLYING_TO": "answering {name} · Esc to cancel",
  "RETRY": "Retry",
  "ROLE_GIVEN": "{user} is {role} now, by {name}",
  "ROLE_MEMBER": "member",
  "ROLE_MODERATOR": "moderator",
  "ROLE_OWNER": "owner",
  "ROOMS": "Rooms",
  "ROOM_CREATED": "{name} made the room #{room}",
  "ROOM_RENAMED": "{name} calls this room #{room} now",
  "SEARCH": "Search",
  "SEND": "Send",
  "SENDING": "sending",
  "SESSIONS": "Where you are signed in",
  "SETTINGS": "Settings of #{room}",
  "SIGN_IN": "Sign in",
  "SIGN_OUT": "Sign out",
  "TARGET_GONE": "That message is not there any more.",
  "THEME_TO": "{name} theme",
  "TITLE_CLEARED": "{name} cleared the title",
  "TITLE_SET": "{name} set the title: {title}",
  "TOO_LONG": "The message is {size} bytes long; {most} are allowed.",
  "TOPIC_CLEARED": "{name} cleared the topic",
  "TOPIC_SET": "{name} set the topic: {topic}",
  "TYPING_MANY": "{count} people are typing",
  "TYPING_ONE": "{name} is typing",
  "TYPING_TWO": "{name} and {other} are typing",
  "UNARCHIVED": "{name} opened this room again",
  "WAITING": "one moment …",
  "WRITE_TO": "Write to #{room}",
  "WRITE_TO_FRIENDS": "Write to your friends",
  "WRITE_TO_PERSON": "Write to {name}",
  "YOU_ACCEPTED": "You and {user} are friends now.",
  "YOU_ASKED": "You asked {user} to be your friend.",
  "YOU_ENDED": "You and {user} are friends no longer.",
  "YOU_REFUSED": "You said no to {user}.",
  "YOU_WITHDREW": "You took back your question to {user}."
} as const;

/** The keys by which the page does something. */
export const KEYS: readonly Pick<Action, "id" | "context" | "page_keys">[] = [
  {
    "context": "composer",
    "id": "send",
    "page_keys": [
      "Enter"
    ]
  },
  {
    "context": "composer",
    "id": "new_line",
    "page_keys": [
      "Shift+Enter",
      "Alt+Enter"
    ]
  },
  {
    "context": "composer",
    "id": "complete",
    "page_keys": [
      "Tab"
    ]
  },
  {
    "context": "composer",
    "id": "complete_back",
    "page_keys": [
      "Shift+Tab"
    ]
  },
  {
    "context": "composer",
    "id": "input_older",
    "page_keys": [
      "Ctrl+Up"
    ]
  },
  {
    "context": "composer",
    "id": "input_newer",
    "page_keys": [
      "Ctrl+Down"
    ]
  },
  {
    "context": "composer",
    "id": "select_message",
    "page_keys": [
      "Up"
    ]
  },
  {
    "context": "message",
    "id": "reply",
    "page_keys": [
      "r"
    ]
  },
  {
    "context": "message",
    "id": "edit",
    "page_keys": [
      "e"
    ]
  },
  {
    "context": "message",
    "id": "delete",
    "page_keys": [
      "d"
    ]
  },
  {
    "context": "message",
    "id": "react",
    "page_keys": [
      "+"
    ]
  },
  {
    "context": "message",
    "id": "copy",
    "page_keys": [
      "y"
    ]
  },
  {
    "context": "message",
    "id": "open_link",
    "page_keys": [
      "o"
    ]
  },
  {
    "context": "message",
    "id": "jump_to_quoted",
    "page_keys": [
      "Enter"
    ]
  },
  {
    "context": "message",
    "id": "retry",
    "page_keys": [
      "R"
    ]
  },
  {
    "context": "message",
    "id": "discard",
    "page_keys": [
      "X"
    ]
  },
  {
    "context": "message",
    "id": "refuse",
    "page_keys": [
      "x"
    ]
  },
  {
    "context": "global",
    "id": "next_room",
    "page_keys": [
      "Alt+Down"
    ]
  },
  {
    "context": "global",
    "id": "previous_room",
    "page_keys": [
      "Alt+Up"
    ]
  },
  {
    "context": "global",
    "id": "room_by_number",
    "page_keys": [
      "Alt+1",
      "Alt+2",
      "Alt+3",
      "Alt+4",
      "Alt+5",
      "Alt+6",
      "Alt+7",
      "Alt+8",
      "Alt+9"
    ]
  },
  {
    "context": "global",
    "id": "last_room",
    "page_keys": [
      "Alt+/"
    ]
  },
  {
    "context": "global",
    "id": "next_unread",
    "page_keys": [
      "Alt+A"
    ]
  },
  {
    "context": "global",
    "id": "first_unread",
    "page_keys": [
      "Alt+U"
    ]
  },
  {
    "context": "global",
    "id": "switcher",
    "page_keys": [
      "Ctrl+K",
      "Ctrl+G"
    ]
  },
  {
    "context": "global",
    "id": "next_mention",
    "page_keys": [
      "Alt+N"
    ]
  },
  {
    "context": "global",
    "id": "previous_mention",
    "page_keys": [
      "Alt+P"
    ]
  },
  {
    "context": "message",
    "id": "mark_unread",
    "page_keys": [
      "u"
    ]
  },
  {
    "context": "global",
    "id": "search",
    "page_keys": [
      "Ctrl+F"
    ]
  },
  {
    "context": "global",
    "id": "scroll_up",
    "page_keys": [
      "PageUp"
    ]
  },
  {
    "context": "global",
    "id": "scroll_down",
    "page_keys": [
      "PageDown"
    ]
  },
  {
    "context": "global",
    "id": "top",
    "page_keys": [
      "Ctrl+Home"
    ]
  },
  {
    "context": "global",
    "id": "bottom",
    "page_keys": [
      "Ctrl+End"
    ]
  },
  {
    "context": "global",
    "id": "room_panel",
    "page_keys": [
      "F7"
    ]
  },
  {
    "context": "global",
    "id": "member_panel",
    "page_keys": [
      "F8"
    ]
  },
  {
    "context": "global",
    "id": "cancel",
    "page_keys": [
      "Esc"
    ]
  },
  {
    "context": "global",
    "id": "help",
    "page_keys": [
      "F1"
    ]
  }
];
