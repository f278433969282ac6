/** A page without a browser: the core, a clock that stands still, and what it would have sent. */
import type { Entry, Events, Member, Page, ReadPosition, RoomSettings, RoomState, SyncReply, User } from "@proto";
import type { Effect } from "../src/core/effect";
import type { Event, Received } from "../src/core/event";
import { currentRoom, initial, type State } from "../src/core/state";
import { update } from "../src/core/update";
import { late } from "../src/core/late/all";
import { MemoryOutbox } from "../src/rim/storage/memory";

export const ME: User = { id: "me", name: "me", color: "#7aa2f7", kind: "guest" };
export const ADA = { id: "ada", name: "ada", color: "#da6278" };
export const TOKEN = "t".repeat(43);

let ids = 0;
const nextId = () => `id${++ids}`;

export interface Sent {
  name: string;
  payload: Record<string, unknown>;
}

export class TestPage {
  readonly state: State = initial();
  readonly effects: Effect[] = [];
  now = 1_000_000;
  /** How far the wall clock is off. */
  off = 0;
  /** Whether the browser's storage answers. */
  stores = true;
  /** What storage was asked and has not answered. */
  readonly waiting: Extract<Effect, { do: "keep" }>[] = [];

  constructor(
    readonly outbox = new MemoryOutbox(),
    readonly tab = "tab",
    private readonly random = () => 0.5,
  ) {
    const about = { tab, theme: "auto" as const, dark: false, exposed: false, width: 1_200 };
    this.do({ type: "started", guest: { name: "me", token: TOKEN }, room: null, ...about });
    this.do({ type: "loaded", late });
    this.do({ type: "session_read", user: null, server: { id: "server", name: "Chat", version: "0.1.0" } });
  }

  /** One event; what storage is asked to keep is kept at once, while it answers. */
  do(event: Event): this {
    const stamp = { now: this.now, time: this.now + this.off, id: nextId(), other: nextId(), random: this.random() };
    const effects = update(this.state, event, stamp);
    this.effects.push(...effects);
    this.waiting.push(...effects.filter((effect) => effect.do === "keep"));
    return this.stores ? this.store() : this;
  }

  /** Storage answers what it was asked so far. */
  store(): this {
    for (let next = this.waiting.shift(); next; next = this.waiting.shift()) {
      const { pair, verb } = next;
      const { view, outcomes } = this.outbox.runNow(pair, [verb]);
      this.do({ type: "kept", pair, view, done: [{ verb, outcome: outcomes[0]! }] });
    }
    return this;
  }

  /** Storage fails at what it was asked so far. */
  fail(): this {
    for (const { pair, verb } of this.waiting.splice(0)) this.do({ type: "unkept", pair, verb });
    return this;
  }

  receive<Name extends keyof Events>(name: Name, payload: Events[Name]): this {
    return this.do({ type: "received", attempt: this.state.attempt, event: { name, payload } as Received });
  }

  wait(ms: number): this {
    this.now += ms;
    return this.do({ type: "tick" });
  }

  /** A welcome into these rooms, and the first page of the one that is shown. */
  welcome(rooms: RoomState[] = [room()], user: User = ME, server = "server"): this {
    const sync: SyncReply = { time: this.now, rooms, presence: [] };
    const { limits } = this.state;
    const info = { id: server, name: "Chat", version: "0.1.0" };
    return this.receive("welcome", { protocol: 1, server: info, user, limits, time: this.now, sync });
  }

  cut(): this {
    return this.do({ type: "cut", attempt: this.state.attempt });
  }

  say(text: string): this {
    this.do({ type: "typed", text });
    return this.do({ type: "action", id: "send", argument: "", command: "" });
  }

  /** What was emitted since the last look. */
  sent(name?: string): Sent[] {
    const out = this.effects.splice(0).flatMap((effect) => (effect.do === "emit" ? [effect as Sent] : []));
    return name ? out.filter((sent) => sent.name === name) : out;
  }

  answer(sent: Sent, ok: unknown): this {
    return this.receive("answer", { rid: String(sent.payload.rid), ok });
  }

  refuse(sent: Sent, retry: "never" | "later" | "now", code = "unavailable", retry_after_ms?: number): this {
    const error = { code: code as "unavailable", message: "no", retry, retry_after_ms };
    return this.receive("answer", { rid: String(sent.payload.rid), error });
  }

  live(...entries: Entry[]): this {
    return this.receive("entries", { room: "r1", epoch: "e1", entries });
  }

  /** Forgets what was emitted so far. */
  clear(): this {
    this.effects.length = 0;
    return this;
  }

  lines(): string[] {
    const copy = currentRoom(this.state);
    return (copy?.timeline.lines() ?? []).map((line) => (line.kind === "message" ? line.content.text : line.kind));
  }
}

/** A page that has come in and holds the lobby up to its first two entries. */
export function inLobby(test = new TestPage()): TestPage {
  test.welcome();
  const [asked] = test.sent("history:read");
  if (!asked) throw new Error("the lobby's head is not asked for");
  return test.answer(asked, page(1, [create(), message(2, "hello")])).clear();
}

export function room(seq = 2, id = "r1", name = "lobby", read: Partial<ReadPosition> = {}): RoomState {
  return {
    room: { id, name, title: "", topic: "", kind: name === "lobby" ? "lobby" : "public", settings: rules() },
    epoch: "e1",
    head: { seq, id: `${id}-${seq}` },
    n: seq - 1,
    read: { seq, n: seq - 1, unread: 0, mentions: 0, ...read },
    reset: false,
    role: "member",
    people: [],
  };
}

/** What holds in a room that nobody has changed. */
export function rules(over: Partial<Record<keyof RoomSettings, unknown>> = {}): RoomSettings {
  const usual = { post: "members", invite: "members", history: "all", archived: false };
  return Object.assign({} as RoomSettings, usual, over);
}

/** A conversation with these people. */
export function direct(id: string, ...people: User[]): RoomState {
  const plain = room(2, id, `direct-${id}`);
  return { ...plain, room: { ...plain.room, kind: "direct" }, people };
}

export const account = (id: string, name = id, identity = id): User => ({
  id,
  name,
  identity,
  color: "#7aa2f7",
  kind: "account",
});

export function page(from: number, entries: Entry[], head = entries.at(-1)!.seq, amendments: Entry[] = []): Page {
  const last = entries.at(-1)!;
  return {
    room: "r1",
    epoch: "e1",
    from,
    to: { seq: last.seq, id: last.id },
    head: { seq: head, id: `r1-${head}` },
    entries,
    amendments,
    reactions: [],
    hidden: [],
  };
}

/** What every entry has. */
export const common = (seq: number, author = ADA, client_id = `c${seq}`) => ({
  seq,
  id: `r1-${seq}`,
  time: 1_000 * seq,
  author,
  client_id,
  n: seq - 1,
});

export const create = (): Entry => ({ ...common(1), kind: "create", name: "lobby" });

export function message(seq: number, text: string, author = ADA, client_id?: string, mentions: string[] = []): Entry {
  return { ...common(seq, author, client_id), kind: "message", content: { type: "text", text }, mentions };
}

export const member = (id: string, name = id): Member => ({
  id,
  name,
  color: "#7aa2f7",
  kind: "guest",
  presence: "online",
});

/** My own room for friends, or that of one of them. */
export function friendsRoom(id: string, owner: User | null, seq: number, read: Partial<ReadPosition> = {}): RoomState {
  const plain = room(seq, id, "friends", read);
  const kept = { ...plain.room, kind: "friends" as const, settings: rules({ post: "moderators" }) };
  return { ...plain, room: kept, role: owner ? "member" : "owner", people: owner ? [owner] : [] };
}

export function inbox(seq: number): RoomState {
  const plain = room(seq, "inbox", "inbox");
  return { ...plain, room: { ...plain.room, kind: "inbox" } };
}

/** Logs as the server has them, for pages before some seq and from the head. */
export class Logs {
  constructor(readonly logs: Record<string, Entry[]>) {}

  page({ payload }: Sent): Page {
    const id = String(payload.room);
    const log = this.logs[id] ?? [];
    const { before = Infinity, after = 0, limit } = payload as { before?: number; after?: number; limit: number };
    const all = log.filter(({ seq }) => seq < before && seq > after);
    const entries = after ? all.slice(0, limit) : all.slice(-limit);
    if (entries.length === 0) throw new Error(`${id} has nothing before ${before} and after ${after}`);
    return { ...page(entries[0]!.seq, entries, log.length), room: id };
  }

  /** Answers everything that is asked of the logs until nothing more is; returns what was asked, in order. */
  serve(test: TestPage): Sent[] {
    const all: Sent[] = [];
    for (let asked = this.asked(test); asked.length > 0; asked = this.asked(test)) {
      all.push(...asked);
      for (const sent of asked) test.answer(sent, this.page(sent));
    }
    return all;
  }

  /** What is asked of the logs, and nothing else of what happened. */
  asked(test: TestPage): Sent[] {
    const asked = test.effects.filter((effect) => effect.do === "emit" && effect.name === "history:read");
    for (const effect of asked) test.effects.splice(test.effects.indexOf(effect), 1);
    return asked as unknown as Sent[];
  }
}
