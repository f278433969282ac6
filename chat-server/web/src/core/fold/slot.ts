/** One line with the versions of its fields. The mirror of `chat-proto/src/fold/slot.rs`. */
import type { Content, Entry, FriendChange, Line, React, Reaction, RoomChanges, UserId } from "@proto";

type MessageLine = Extract<Line, { kind: "message" }>;

/** One emoji's count with its version, and separately whether it is mine with its own. */
interface Standing {
  count: number;
  countSeq: number;
  mine: boolean;
  mineSeq: number;
}

/** A line, and for each of its fields the seq of the entry that wrote it last. */
export class Slot {
  /** Replaced, never changed, so that a view knows by identity whether to draw it anew. */
  line: Line;
  /** The edit that the text is from, or the message itself. */
  private textSeq: number;
  /** Reactions written at or before this seq are all in `reactions`; repeats of them are ignored. */
  private reactionsAsOf: number;
  private readonly reactions = new Map<string, Standing>();

  constructor(line: Line) {
    this.line = line;
    this.textSeq = line.seq;
    this.reactionsAsOf = line.seq;
  }

  /** An edit: the newest one wins. A deleted message stays empty. */
  edit(seq: number, time: number, content: Content, mentions: UserId[]): void {
    const line = this.message();
    if (!line || line.deleted || seq <= this.textSeq) return;
    this.textSeq = seq;
    this.line = { ...line, content: plain(content), mentions, edited: time };
  }

  /** A deletion, for ever: nothing of the message is left. */
  delete(): void {
    const line = this.message();
    if (!line) return;
    const content = { ...line.content, text: "" };
    this.line = { ...line, deleted: true, content, mentions: [], edited: null, reply_to: null, reactions: [] };
    this.reactions.clear();
  }

  /** A deletion of the message that this one quotes. */
  forgetQuote(target: number): void {
    const line = this.message();
    if (line?.reply_to?.seq === target && line.reply_to.text !== "") {
      this.line = { ...line, reply_to: { ...line.reply_to, text: "" } };
    }
  }

  /** One reaction entry. */
  react(seq: number, react: React, byMe: boolean): void {
    const line = this.message();
    if (!line || seq <= this.reactionsAsOf || line.deleted) return;
    const standing = this.standing(react.emoji);
    if (seq > standing.countSeq) {
      standing.count = react.count;
      standing.countSeq = seq;
    }
    if (byMe && seq > standing.mineSeq) {
      standing.mine = react.on;
      standing.mineSeq = seq;
    }
    this.showReactions(line);
  }

  /** All standing reactions, as of `head`. */
  snapshot(head: number, reactions: readonly Reaction[]): void {
    const line = this.message();
    if (!line || head <= this.reactionsAsOf || line.deleted) return;
    this.reactionsAsOf = head;
    for (const known of this.reactions.values()) write(known, head, 0, false);
    for (const { emoji, count, mine } of reactions) write(this.standing(emoji), head, count, mine);
    this.showReactions(line);
  }

  private message(): MessageLine | null {
    return this.line.kind === "message" ? this.line : null;
  }

  private standing(emoji: string): Standing {
    let known = this.reactions.get(emoji);
    if (!known) {
      known = { count: 0, countSeq: 0, mine: false, mineSeq: 0 };
      this.reactions.set(emoji, known);
    }
    return known;
  }

  private showReactions(line: MessageLine): void {
    const shown = [...this.reactions].filter(([, { count }]) => count > 0).sort(([a], [b]) => byCharacters(a, b));
    this.line = { ...line, reactions: shown.map(([emoji, { count, mine }]) => ({ emoji, count, mine })) };
  }
}

function write(standing: Standing, seq: number, count: number, mine: boolean): void {
  if (standing.countSeq <= seq) {
    standing.count = count;
    standing.countSeq = seq;
  }
  if (standing.mineSeq <= seq) {
    standing.mine = mine;
    standing.mineSeq = seq;
  }
}

/** Rust orders texts by characters, JavaScript by halves of them: the same only within the basic plane. */
function byCharacters(a: string, b: string): number {
  const left = [...a];
  const right = [...b];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const difference = (left[i]!.codePointAt(0) ?? 0) - (right[i]!.codePointAt(0) ?? 0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

/** Of an entry only what it changes: the line is the same as one that was made elsewhere. */
function changesOf({ name, title, visibility, post, invite, history, archived }: RoomChanges): RoomChanges {
  const all = { name, title, visibility, post, invite, history, archived };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value != null));
}

const plain = (content: Content): Content => ({ type: content.type, text: content.text ?? "" });

/** Whether who is meant is told by a line that counts; the mirror of `FriendChange::is_told` in `chat-proto/src/entry.rs`. */
export const isTold = (change: FriendChange): boolean => change === "asked" || change === "accepted";

/** The line that an entry draws, or null for one that draws none. */
export function lineOf(entry: Entry): Line | null {
  const { seq, id, time, author, client_id, n } = entry;
  const common = { seq, id, time, author, client_id, n };
  switch (entry.kind) {
    case "message":
      return {
        ...common,
        kind: "message",
        content: plain(entry.content),
        mentions: entry.mentions ?? [],
        reply_to: entry.reply_to ?? null,
        edited: null,
        deleted: false,
        reactions: [],
      };
    case "topic":
      return { ...common, kind: "topic", topic: entry.topic };
    case "create":
      return { ...common, kind: "create", name: entry.name };
    case "join":
      return { ...common, kind: "join" };
    case "leave":
      return { ...common, kind: "leave" };
    case "invite":
    case "add":
    case "remove":
      return { ...common, kind: entry.kind, user: entry.user };
    case "role":
      return { ...common, kind: "role", user: entry.user, role: entry.role };
    case "settings":
      return { ...common, kind: "settings", ...changesOf(entry) };
    case "invited":
    case "removed":
      return { ...common, kind: entry.kind, room: entry.room, name: entry.name };
    case "friend_news":
      return isTold(entry.change) ? { ...common, kind: "friend_news", change: entry.change } : null;
    case "friend_note":
      return { ...common, kind: "friend_note", user: entry.user, change: entry.change };
    case "edit":
    case "delete":
    case "react":
      return null;
    default: {
      // A kind that this program is too old to know: drawn when it brings a line to show instead.
      const { fallback } = entry as { fallback?: unknown };
      return typeof fallback === "string" ? { ...(common as Line), kind: "other", fallback } : null;
    }
  }
}
