/** A model of the server: two rooms' logs, and every answer that the rules of delivery allow. */
import type { Answer, Entry, HistoryRead, Page, RoomState, SyncReply } from "@proto";
import { account, ADA, ME, rules, type Sent } from "../page";

type Reply = Omit<Extract<Answer, { ok: unknown }>, "rid"> | Omit<Extract<Answer, { error: unknown }>, "rid">;
type Message = Extract<Entry, { kind: "message" }>;
type Amendment = Extract<Entry, { kind: "edit" | "delete" | "react" }>;

export const ROOMS = ["r1", "r2"] as const;
/** The conversation with Bob, once it is opened. */
export const DIRECT = "d1";
const BOB = account("bob");

const isMessage = (entry: Entry): entry is Message => entry.kind === "message";
const isAmendment = (entry: Entry): entry is Amendment => ["edit", "delete", "react"].includes(entry.kind);

export class ModelServer {
  readonly logs = new Map<string, Entry[]>(ROOMS.map((room) => [room, []]));
  /** What each message of mine said first, also when it was deleted since. */
  readonly said = new Map<string, string>();
  /** What was refused for good stays refused until the person tries again. */
  private readonly banned = new Map<string, "forbidden" | "conflict">();
  private kind = 1;

  constructor(private readonly random: () => number) {
    for (const room of ROOMS) this.append(room, ADA, `made-${room}`, { kind: "create", name: room });
  }

  /** Nothing is refused from now on but for good reasons. */
  calm(): void {
    this.kind = 0;
  }

  /** An id that is used up stays so. */
  pardon(client_id: string): void {
    if (this.banned.get(client_id) === "forbidden") this.banned.delete(client_id);
  }

  /** Somebody else speaks. */
  chatter(): Entry {
    const room = ROOMS[Math.floor(this.random() * 2)]!;
    return this.append(room, ADA, `other-${this.log(room).length}`, text("other"));
  }

  /** The answer to a request, and the entry that it made. */
  answer({ name, payload }: Sent): { reply: Reply; room: string; entry: Entry | null } | null {
    const room = String(payload.room ?? "");
    if (name === "sync") return { reply: { ok: this.sync() }, room, entry: null };
    if (name === "history:read") return { reply: { ok: this.page(payload as HistoryRead) }, room, entry: null };
    if (name === "user:find") return { reply: { ok: { users: [BOB] } }, room, entry: null };
    if (name === "direct:open") return { room: DIRECT, ...this.openDirect(String(payload.client_id)) };
    if (name === "room:mark_read") return null;
    if (!name.startsWith("message:")) return null;
    return { room, ...this.write(name, room, payload) };
  }

  sync(): SyncReply {
    return { time: 0, presence: [], rooms: [...this.logs.keys()].map((room) => this.roomState(room)) };
  }

  private roomState(room: string): RoomState {
    const last = this.log(room).at(-1)!;
    return {
      room: { id: room, name: room, title: "", topic: "", kind: kindOf(room), settings: rules() },
      epoch: "e1",
      head: { seq: last.seq, id: last.id },
      n: last.n,
      read: { seq: last.seq, n: last.n, unread: 0, mentions: 0 },
      reset: false,
      role: "member",
      people: room === DIRECT ? [BOB] : [],
    };
  }

  /** The same conversation each time. */
  private openDirect(client_id: string): { reply: Reply; entry: Entry | null } {
    if (this.random() / this.kind < 0.1) return { reply: refusal("slow_down", "later", 300), entry: null };
    let entry: Entry | null = null;
    if (!this.logs.has(DIRECT)) {
      this.logs.set(DIRECT, []);
      entry = this.append(DIRECT, ME, client_id, { kind: "create", name: DIRECT });
    }
    const { seq, id, time, n } = this.log(DIRECT)[0]!;
    return { reply: { ok: { room: this.roomState(DIRECT).room, seq, id, time, n } }, entry };
  }

  private write(name: string, room: string, payload: Sent["payload"]): { reply: Reply; entry: Entry | null } {
    const { client_id, after } = payload as { client_id: string; after: string | null };
    const log = this.log(room);
    const mine = (id: string) => log.find((entry) => entry.client_id === id && entry.author.id === ME.id);
    const known = mine(client_id);
    if (known) return { reply: stored(known), entry: null };
    if (after !== null && !mine(after)) return { reply: refusal("out_of_order", "later"), entry: null };
    const ban = this.banned.get(client_id);
    if (ban) return { reply: refusal(ban, "never"), entry: null };
    const dice = this.random() / this.kind;
    if (dice < 0.04) return { reply: refusal("slow_down", "later", 300), entry: null };
    if (dice < 0.06) return { reply: refusal("unavailable", "later"), entry: null };
    if (dice < 0.08) return { reply: refusal("unavailable", "now"), entry: null };
    if (dice < 0.12 && name === "message:send") {
      const why = dice < 0.1 ? "forbidden" : "conflict";
      this.banned.set(client_id, why);
      return { reply: refusal(why, "never"), entry: null };
    }
    const body = this.body(name, room, payload);
    if (!body) return { reply: refusal("deleted", "never"), entry: null };
    const entry = this.append(room, ME, client_id, body);
    if (isMessage(entry)) this.said.set(client_id, entry.content.text);
    if (entry.kind === "delete") this.blank(room, entry.target.seq);
    return { reply: stored(entry), entry };
  }

  private body(name: string, room: string, payload: Sent["payload"]): Partial<Entry> | null {
    if (name === "message:send") {
      const { text: words } = payload.content as { text: string };
      const target = (payload.reply_to as { seq: number } | undefined)?.seq;
      const quoted = target === undefined ? null : this.log(room)[target - 1];
      if (quoted && (!isMessage(quoted) || this.isDeleted(room, quoted.seq))) return null;
      if (!quoted || !isMessage(quoted)) return text(words);
      const { seq, id, author, content } = quoted;
      return { ...text(words), reply_to: { seq, id, author, text: content.text } } as Partial<Entry>;
    }
    const { seq, id } = payload.target as { seq: number; id: string };
    const target = this.log(room)[seq - 1];
    if (target?.id !== id || !isMessage(target)) throw new Error(`${name} points at ${seq} ${id}, which is no message`);
    if (this.isDeleted(room, seq)) return null;
    const place = { epoch: "e1", seq, id };
    if (name === "message:edit")
      return { kind: "edit", target: place, content: payload.content, mentions: [] } as never;
    if (name === "message:delete") return { kind: "delete", target: place } as never;
    const { emoji, on } = payload as { emoji: string; on: boolean };
    return { kind: "react", target: place, emoji, on, count: on ? 1 : 0 } as never;
  }

  private isDeleted(room: string, seq: number): boolean {
    return this.log(room).some((entry) => entry.kind === "delete" && entry.target.seq === seq);
  }

  /** A deletion blanks the message, its edits and its quotes wherever they are stored. */
  private blank(room: string, seq: number): void {
    const log = this.log(room);
    log.forEach((entry, index) => {
      const own = entry.seq === seq || (entry.kind === "edit" && entry.target.seq === seq);
      if (own && "content" in entry) log[index] = { ...entry, content: { ...entry.content, text: "" } } as Entry;
      if (isMessage(entry) && entry.reply_to?.seq === seq) {
        log[index] = { ...entry, reply_to: { ...entry.reply_to, text: "" } };
      }
    });
  }

  private page({ room, after, before }: HistoryRead): Page {
    const log = this.log(room);
    const most = 2 + Math.floor(this.random() * 30);
    const to =
      after !== undefined ? Math.min(log.length, after + most) : Math.min(log.length, (before ?? Infinity) - 1);
    const from = after !== undefined ? after + 1 : Math.max(1, to - most + 1);
    const within = ({ seq }: { seq: number }) => seq >= from && seq <= to;
    // What is in force and points into the range, or stands in it.
    const amendments = log.filter(isAmendment).filter((entry) => within(entry) || within(entry.target));
    const last = (entry: Amendment) =>
      !amendments.some((o) => o.kind === "edit" && o.seq > entry.seq && o.target.seq === entry.target.seq);
    const told = new Set(amendments.flatMap((entry) => (entry.kind === "react" ? [entry.target.seq] : [])));
    const mark = (seq: number) => ({ seq, id: log[seq - 1]?.id ?? "0" });
    return {
      room,
      epoch: "e1",
      from,
      to: to >= from ? mark(to) : null,
      head: mark(log.length),
      entries: log.filter(within).filter((entry) => !isAmendment(entry)),
      amendments: amendments.filter((entry) => entry.kind === "delete" || (entry.kind === "edit" && last(entry))),
      reactions: [...told].map((target) => ({ target, reactions: this.standing(room, target) })),
      hidden: [],
    };
  }

  private standing(room: string, seq: number): Page["reactions"][number]["reactions"] {
    const last = this.log(room).findLast((entry) => entry.kind === "react" && entry.target.seq === seq);
    const on = last?.kind === "react" && last.on && !this.isDeleted(room, seq);
    return on ? [{ emoji: "👍", count: 1, mine: true }] : [];
  }

  private append(room: string, author: typeof ADA, client_id: string, body: Partial<Entry>): Entry {
    const log = this.log(room);
    const seq = log.length + 1;
    const n = (log.at(-1)?.n ?? 0) + (body.kind === "message" ? 1 : 0);
    const { id, name, color } = author;
    const entry = { seq, id: `${room}-${seq}`, time: seq, author: { id, name, color }, client_id, n, ...body } as Entry;
    log.push(entry);
    return entry;
  }

  private log(room: string): Entry[] {
    return this.logs.get(room)!;
  }
}

const kindOf = (room: string) => (room === DIRECT ? "direct" : "public");

const text = (words: string): Partial<Entry> => ({
  kind: "message",
  content: { type: "text", text: words },
  mentions: [],
});

const stored = ({ seq, id, time, n }: Entry): Reply => ({ ok: { seq, id, time, n } });

function refusal(code: string, retry: "never" | "later" | "now", retry_after_ms?: number): Reply {
  return { error: { code: code as "unavailable", message: code, retry, retry_after_ms } };
}
