// What is held of a room: its lines as they read now, and how far nothing of its log is missing.

import type { Entry, EntryId, Epoch, Mark, Page, Place } from "../../../../chat-proto/gen/proto.ts";

/** A message as it reads now. `edited` is the seq of its last edit. */
type Line = { name: string; text: string; edited: number; deleted: boolean };

export class Timeline {
  readonly epoch: Epoch;
  seq: number;
  head: number;
  private id: EntryId | null = null;
  private readonly most: number;
  private readonly lines = new Map<number, Line>(); // by seq
  private readonly changed = new Set<number>(); // the lines that are to be shown

  /** Begins so many entries before the end of the log, which `sync` has told. */
  constructor(epoch: Epoch, head: number, entries: number) {
    this.epoch = epoch;
    // Up to `seq` nothing is missing; up to `head` the log is known to go.
    this.seq = Math.max(0, head - entries);
    this.head = head;
    this.most = entries;
  }

  /** The place up to which everything is here; none before the first page. */
  get place(): Place | null {
    return this.id === null ? null : { epoch: this.epoch, seq: this.seq, id: this.id };
  }

  get isBehind(): boolean {
    return this.seq < this.head;
  }

  /** Entries as they are stored. What is not the next one shows a gap, and a page will bring it. */
  live(entries: Entry[]) {
    for (const entry of entries) {
      if (entry.seq === this.seq + 1) {
        this.fold(entry);
        this.reach(entry);
      }
      this.head = Math.max(this.head, entry.seq);
    }
  }

  /**
   * A page of what comes after `seq`. Its `entries` are those that draw a line; `amendments` are the
   * edits and deletions in force for them, wherever those stand in the log.
   */
  page({ epoch, to, head, entries, amendments }: Page) {
    if (epoch !== this.epoch) return; // it was asked for before the log was made anew
    for (const entry of [...entries, ...amendments]) this.fold(entry);
    // Live entries may have come further meanwhile.
    if (to && to.seq > this.seq) this.reach(to);
    this.head = to ? Math.max(this.head, head.seq) : this.seq;
  }

  private reach({ seq, id }: Mark) {
    this.seq = seq;
    this.id = id;
  }

  /** Of each field the entry with the highest seq has the last word, in whatever order they come. */
  private fold(entry: Entry) {
    if (entry.kind === "message" && !this.lines.has(entry.seq)) {
      this.lines.set(entry.seq, { name: entry.author.name, text: entry.content.text, edited: 0, deleted: false });
      this.changed.add(entry.seq);
    }
    if (entry.kind !== "edit" && entry.kind !== "delete") return;
    // Where the message is not held this can be dropped: the page that brings the one brings the other.
    const line = this.lines.get(entry.target.seq);
    if (!line || line.deleted || (entry.kind === "edit" && entry.seq <= line.edited)) return;
    if (entry.kind === "delete") line.deleted = true;
    else Object.assign(line, { text: entry.content.text, edited: entry.seq });
    this.changed.add(entry.target.seq);
  }

  /** The lines that are new, and those that read otherwise than when they were last shown. */
  news(): string[] {
    const seqs = [...this.changed].sort((a, b) => a - b);
    this.changed.clear();
    const news = seqs.flatMap((seq) => {
      const line = this.lines.get(seq);
      return line ? [shown(line)] : [];
    });
    for (const seq of this.lines.keys()) if (this.lines.size > this.most) this.lines.delete(seq);
    return news;
  }
}

function shown({ name, text, edited, deleted }: Line): string {
  return `${name}: ${deleted ? "(message deleted)" : edited ? `${text} (edited)` : text}`;
}
