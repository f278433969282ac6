/** Everything that the page knows. Changed by `update` alone. */
import type {
  Author,
  Error as WireError,
  Friend,
  Hit,
  InviteCode,
  Limits,
  Mark,
  Member,
  Profile,
  ReadPosition,
  Room,
  RoomChanges,
  RoomKind,
  RoomRole,
  RoomSummary,
  SearchCursor,
  ServerInfo,
  Session,
  TokenCreated,
  TokenInfo,
  User,
} from "@proto";
import { soughtBy } from "./called";
import type { Timeline } from "./fold";
import { isPlace, together } from "./friends";
import type { Event, Stamp } from "./event";
import type { Late, LatePurpose } from "./late";
import { emptyOutbox, type Outbox, type Pair, type Stranded } from "./outbox";

/** A guest's name and the token by which they come back as the same person. */
export interface Guest {
  name: string;
  token: string;
}

/** As whom the page connects. */
export type Credentials = { as: "guest"; guest: Guest } | { as: "account" };

/**
 * The connection.
 *
 *   idle ──▶ opening ──welcome──▶ connected
 *              ▲  │ cut, refused      │ cut
 *   time, /reconnect ▼                ▼
 *              waiting ◀──────────────┘        failed: a refusal that is final
 */
export type Link =
  | { is: "idle" }
  | { is: "opening"; since: number }
  | { is: "connected" }
  | { is: "waiting"; until: number }
  | { is: "failed"; reason: string };

/**
 * A line of the room that is shown by its seq, of one that is shown with it as SEQ@ROOM, and by its client id while
 * it has no place yet.
 */
export type LineKey = number | string;

/** What the composer does when it is sent. */
export type Mode =
  { is: "say" } | { is: "reply"; to: LineKey; name: string } | { is: "edit"; target: LineKey; stash: string };

/** What the page holds of one room. */
export interface RoomCopy {
  room: Room;
  /** Mine in this room. */
  role: RoomRole;
  /** In a conversation: the others in it. */
  others: User[];
  timeline: Timeline;
  head: Mark;
  /** How many messages the log is known to hold. */
  n: number;
  read: ReadPosition;
  /** Others' messages that came live since the server counted. */
  live: { n: number; mention: boolean }[];
  online: number;
  total: number;
  people: Map<string, Member>;
  /** Whether `people` was asked for whole, those who are not here included. */
  people_whole: boolean;
  /** Every name by which somebody was met here, by their id. */
  names: Map<string, Set<string>>;
  typing: { users: Author[]; until: number };
  /** What stands in the composer, and the text that is edited in its place. */
  draft: string;
  mode: Mode;
  /** What was entered and is on its way into storage; it stands in the composer until then. */
  entering: { id: string; text: string; mode: Mode }[];
  /** The draft that storage was told last, and the one that was last taken from it. */
  draft_told: string;
  draft_taken: string;
  /** The line "new" stands behind this seq, until the room is left. */
  marker: number | null;
  /** The part of the log that is shown holds this seq; null shows what is current. */
  anchor: number | null;
  loading: Set<Direction>;
  gap_at: number | null;
  marked_at: number;
  /** Marked unread by hand: it is not read again before the room is left. */
  kept_unread: boolean;
}

export type Direction = "head" | "before" | "after" | "around" | "gap";

/** What an answer is for. */
export type Purpose =
  | { is: "outbox"; client_id: string }
  | { is: "sync" }
  | { is: "history"; room: string; direction: Direction; timeline: Timeline; seq: number }
  | { is: "find"; name: string }
  | { is: "list"; more: boolean }
  | { is: "members"; room: string }
  | { is: "mark_read"; room: string }
  | { is: "quiet" }
  /** Asked by what is loaded behind the page, and for it. */
  | { is: "late"; of: LatePurpose };

/** Somebody by what every mention of them tells. */
export type Person = Pick<User, "id" | "name" | "identity">;

export type AccountForm = "register" | "sign_in" | "password";

/** The first line in view, and how far it begins below the upper edge. */
export interface Seen {
  key: LineKey;
  top: number;
}

/** Where somebody was in the rooms. */
export interface Spot {
  room: string;
  previous: string | null;
  /** Of each room that was shown. */
  markers: Map<string, number | null>;
  anchor: number | null;
  chosen: LineKey | null;
  /** Null at the newest line. */
  seen: Seen | null;
}

/** A search, and what it has found so far. */
export interface Search {
  is: "search";
  /** What stands in the field, and what was asked last. */
  query: string;
  asked: string;
  hits: Hit[];
  /** How the hits go on; null after the last one, and until there was an answer. */
  more: SearchCursor | null;
  answered: boolean;
  preparing: boolean;
  error: string | null;
  /** The question whose answer is waited for; what answers another one comes too late. */
  waits: number | null;
  /** The chosen hit; -1 is the field. */
  picked: number;
  /** How far the hits are scrolled. */
  top: number;
  /** Where one was before the first hit was looked at. */
  from: Spot | null;
}

/** What lies over the timeline. */
export type Dialog =
  | { is: "help" }
  | { is: "switcher"; query: string }
  | { is: "rooms"; query: string; rooms: RoomSummary[] | null; more: boolean }
  | { is: "account"; form: AccountForm; identity: string; busy: boolean; error: string | null }
  | { is: "sessions"; sessions: Session[] | null }
  | { is: "delete"; key: LineKey }
  /** Whether to throw away what that person has not sent; null means my own that have no room. */
  | { is: "discard"; pair: Pair | null; name: string; count: number }
  | { is: "react"; key: LineKey }
  /** The join codes of a room, and one that was made just now. */
  | { is: "codes"; room: string; codes: InviteCode[] | null; made: InviteCode | null }
  /** Who somebody is, and what can be done about them in the room. */
  /** My friends, and the questions that are open. */
  | { is: "friends" }
  /** Whether to end the friendship with them. */
  | { is: "unfriend"; user: Pick<Person, "id" | "name"> }
  | { is: "person"; room: string | null; user: Person; profile: Profile | null }
  /** My bots, and one that was made just now, with its token. */
  | { is: "bots"; tokens: TokenInfo[] | null; made: TokenCreated | null }
  | { is: "settings"; room: string }
  /** Whether to remove them from the room. */
  | { is: "kick"; room: string; user: Person }
  /** Whether to close the room, with what else changes. */
  | { is: "archive"; room: string; changes: RoomChanges }
  | Search;

export type Theme = "night" | "day" | "auto";

export interface State {
  /** The time of the last event, by a clock that never jumps. */
  now: number;
  /** The same by the wall clock, which only dates things. */
  time: number;
  /** This page among those of the browser. */
  tab: string;
  screen: "starting" | "name" | "chat";
  /** Why a name is asked for again. */
  name_error: string | null;
  credentials: Credentials | null;
  /** The guest that this browser remembers, also while an account is signed in. */
  guest: Guest | null;
  /** Whether the browser told if it holds an account's session; nobody connects before. */
  session_known: boolean;
  /** The name that was last wished for, offered when a name is asked for. */
  wished: string;
  link: Link;
  /** Counts connections; what a former one says late is not heard. */
  attempt: number;
  tries: number;
  /** Nothing has come from this connection yet. */
  silent: boolean;
  /** The server's word that it will end the connection, and how long it may take. */
  closing: { error: WireError; until: number } | null;
  network: boolean;
  ever_welcomed: boolean;
  /** The server that the rooms held here are of. */
  server: ServerInfo | null;
  /** What its operator calls it; known before anybody has come in. */
  server_name: string;
  me: User | null;
  limits: Limits;
  rooms: Map<string, RoomCopy>;
  current: string | null;
  previous: string | null;
  /** The room that was shown when the page was last open. */
  remembered: string | null;
  /** A room to show as soon as it is mine. */
  wanted: string | null;
  /** Those who were looked up by name, for what is told of them later. */
  found: Map<string, string>;
  /** Who is my friend, and who might become one, as last told; null for a guest, and until it is told. */
  friends: Friend[] | null;
  /** So many lines are wanted where friends speak. */
  reach: number;
  /** A join code that the page was opened with. */
  code: string | null;
  /** What is loaded behind the page, once it is, and what was wished for before that. */
  late: Late | null;
  put_off: { event: Event; stamp: Stamp }[];
  outbox: Outbox;
  /** Drafts on their way into storage. */
  draft_writes: number;
  /** Whether what waits outlives the page. */
  durable: boolean;
  /** Unsent lines of others who used this browser before. */
  stranded: Stranded[];
  requests: Map<string, { purpose: Purpose; sent_at: number }>;
  next_rid: number;
  sync_at: number;
  sync_again: boolean;
  /** The sessions that were last listed, by whose number one is ended. */
  sessions: Session[];
  /** My bots as last listed, by whose number one is ended. */
  tokens: TokenInfo[];
  /** The page is in front and has the focus. */
  attentive: boolean;
  visible: boolean;
  at_bottom: boolean;
  away: "no" | "idle" | "said";
  input_at: number;
  typing_sent: { room: string; at: number } | null;
  chosen: LineKey | null;
  dialog: Dialog | null;
  /** The search whose hit is looked at: there is a way back to it. */
  search: Search | null;
  /** The line to show as soon as it is here. */
  jumping: { room: string; seq: number } | null;
  notice: { text: string; tone: "plain" | "error"; until: number } | null;
  /** Told to a screen reader, once each. */
  announced: string;
  inputs: string[];
  input_index: number | null;
  width: number;
  panels: { rooms: boolean | null; people: boolean | null };
  theme: Theme;
  dark: boolean;
  /** Plain HTTP away from this machine. */
  exposed: boolean;
}

/** What holds until `welcome` tells. */
const LIMITS: Limits = {
  text: 16_384,
  in_flight: 64,
  page_lines: 200,
  page_scan: 1_000,
  catch_up: 1_000,
  message_burst: 300,
  messages_per_second: 25,
  sync_ms: 30_000,
  typing_ms: 6_000,
  friends: 500,
  friend_questions: 100,
};

export function initial(): State {
  return {
    now: 0,
    time: 0,
    tab: "",
    screen: "starting",
    name_error: null,
    credentials: null,
    guest: null,
    session_known: false,
    wished: "",
    link: { is: "idle" },
    attempt: 0,
    tries: 0,
    silent: true,
    closing: null,
    network: true,
    ever_welcomed: false,
    server: null,
    server_name: "",
    me: null,
    limits: LIMITS,
    rooms: new Map(),
    current: null,
    previous: null,
    remembered: null,
    wanted: null,
    found: new Map(),
    friends: null,
    reach: 0,
    code: null,
    late: null,
    put_off: [],
    outbox: emptyOutbox(),
    draft_writes: 0,
    durable: true,
    stranded: [],
    requests: new Map(),
    next_rid: 1,
    sync_at: Infinity,
    sync_again: false,
    sessions: [],
    tokens: [],
    attentive: true,
    visible: true,
    at_bottom: true,
    away: "no",
    input_at: 0,
    typing_sent: null,
    chosen: null,
    dialog: null,
    search: null,
    jumping: null,
    notice: null,
    announced: "",
    inputs: [],
    input_index: null,
    width: 1_200,
    panels: { rooms: null, people: null },
    theme: "auto",
    dark: false,
    exposed: false,
  };
}

export function currentRoom(state: State): RoomCopy | null {
  return (state.current !== null && state.rooms.get(state.current)) || null;
}

/** Where a room stands in the list; a kind that is not named here stands among the rooms. */
const PLACES: Partial<Record<RoomKind, number>> = { lobby: 0, direct: 2, friends: 3, inbox: 4 };

/** The rooms as listed: the lobby first, then by name; then the conversations, the friends, and the inbox. */
export function listed(state: State): RoomCopy[] {
  const rows = [...state.rooms.values()].filter(isPlace).map((copy) => ({
    copy,
    place: PLACES[copy.room.kind] ?? 1,
    name: soughtBy(copy),
  }));
  rows.sort((a, b) => a.place - b.place || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  return rows.map(({ copy }) => copy);
}

/** Unread messages and mentions: the server's figures and what came live since. */
export function unread(copy: RoomCopy): { unread: number; mentions: number } {
  const mentions = copy.live.filter((message) => message.mention).length;
  return { unread: copy.read.unread + copy.live.length, mentions: copy.read.mentions + mentions };
}

/** The same of all that is shown where that room is. */
export function unreadAt(state: State, copy: RoomCopy): { unread: number; mentions: number } {
  const sum = { unread: 0, mentions: 0 };
  for (const one of together(state, copy).map(unread)) {
    sum.unread += one.unread;
    sum.mentions += one.mentions;
  }
  return sum;
}
