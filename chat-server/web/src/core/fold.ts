/**
 * The timeline as a fold over a room's entries, in whatever order they arrive. The mirror of
 * `chat-proto/src/fold`, which says why it holds; `chat-proto/gen/fold-fixtures.json` checks both.
 */
import type { Entry, Epoch, Line, Mark, Page, Place, Standing, UserId } from "@proto";
import { partition, Ranges, type Range } from "./fold/ranges";
import { lineOf, Slot } from "./fold/slot";

/** How many live entries are kept that came ahead of a gap; the page that closes it brings the rest. */
const AHEAD = 1_000;

/** Entries that are missing between the cursor and what came live. */
export interface Gap {
  after: number;
  before: number;
}

/**
 * What the page holds of one room's log, folded into lines. The *cursor* is the newest entry up to
 * which the live log is held without a gap; it begins with the first page that reaches the head.
 */
export class Timeline {
  /** Grows with every change, so that a view knows when to look again. */
  revision = 0;
  cursor: Mark | null = null;
  /** The cursor when the connection began, until the server has said that the log still holds it. */
  private unconfirmed: Mark | null = null;
  /** The newest entry that had a say in any line held. */
  private folded = 0;
  readonly covered = new Ranges();
  private readonly slots = new Map<number, Slot>();
  /** The keys of `slots`, ascending. */
  private readonly order: number[] = [];
  /** Live entries beyond the cursor that are not the next one, ascending. */
  private readonly ahead: Entry[] = [];
  /** Amendments whose target is not loaded, while a page is on its way that may bring it. */
  private orphans: Entry[] = [];
  /**
   * Reactions that a page told of lines that are not loaded, likewise; each with the head as of which they stand. An
   * older page may bring the line after a newer one has told what became of it.
   */
  private standing: (Standing & { head: number })[] = [];
  private pagesUnderWay = 0;

  constructor(
    readonly me: UserId,
    readonly epoch: Epoch,
  ) {}

  /** Live entries, new or repeated. */
  applyLive(entries: readonly Entry[]): void {
    for (const entry of entries) {
      if (this.cursor && entry.seq <= this.cursor.seq + 1) this.applyNext(entry);
      else this.keepAhead(entry);
    }
    this.drainAhead();
    this.revision++;
  }

  /** A page is asked for: amendments whose target it may bring are kept until it is here. */
  pageRequested(): void {
    this.pagesUnderWay++;
  }

  /** The page asked for will not come. */
  pageFailed(): void {
    this.pagesUnderWay = Math.max(0, this.pagesUnderWay - 1);
    this.forgetOrphans();
  }

  /** A page that was asked for, of this epoch; one of another epoch counts as failed. */
  applyPage(page: Page): void {
    if (page.epoch !== this.epoch) {
      this.pageFailed();
      return;
    }
    for (const entry of page.entries) this.putLine(entry);
    const to = page.to ? page.to.seq : page.from - 1;
    const listed = new Set(page.reactions.map((standing) => standing.target));
    for (const seq of this.seqsIn(page.from, to)) {
      if (!listed.has(seq)) this.slots.get(seq)?.snapshot(page.head.seq, []);
    }
    for (const { target, reactions } of page.reactions) {
      const slot = this.slots.get(target);
      if (slot) slot.snapshot(page.head.seq, reactions);
      else if (this.pagesUnderWay > 1) this.standing.push({ head: page.head.seq, target, reactions });
    }
    for (const entry of page.amendments) this.amend(entry);
    // A page tells what is in force at the head, also by what it leaves out: that nobody has reacted to a line, or an
    // edit that was edited again further on. One that covers nothing had no say, wherever it would have begun.
    if (page.to) this.folded = Math.max(this.folded, page.head.seq);
    this.covered.insert(page.from, to);
    for (const orphan of this.orphans.splice(0)) this.amend(orphan);
    for (const { head, target, reactions } of this.standing) this.slots.get(target)?.snapshot(head, reactions);
    this.advanceCursor(page, to);
    this.drainAhead();
    this.pageFailed();
    this.revision++;
  }

  /**
   * There is another connection; to be called before anything of it is folded. Since the last one
   * the log may have been copied back and gone on otherwise: what is held up to the cursor can be
   * checked by the cursor's id. Tells whether something is held that nothing vouches for: then all
   * of it is to be dropped, and read again.
   */
  reconnected(): boolean {
    this.ahead.length = 0;
    this.pagesUnderWay = 0;
    this.forgetOrphans();
    const { cursor, unconfirmed } = this;
    if (!cursor) return this.covered.all().length > 0;
    if (this.folded > cursor.seq || (unconfirmed && unconfirmed.seq !== cursor.seq)) return true;
    this.unconfirmed = cursor;
    return false;
  }

  /** The server was asked about `checkpoint`, and the log holds it. */
  confirmed(): void {
    this.unconfirmed = null;
  }

  /**
   * By which the server is asked whether the log is still the one that is held here: where the
   * cursor stood when the connection began, and once that is confirmed the cursor itself.
   */
  checkpoint(): Place | null {
    const mark = this.unconfirmed ?? this.cursor;
    return mark && { epoch: this.epoch, seq: mark.seq, id: mark.id };
  }

  /** The lines held whose seq lies in the range, in order. */
  lines(from = 0, to = Infinity): Line[] {
    return this.seqsIn(from, to).map((seq) => this.slots.get(seq)!.line);
  }

  line(seq: number): Line | null {
    return this.slots.get(seq)?.line ?? null;
  }

  cursorPlace(): Place | null {
    return this.cursor && { epoch: this.epoch, seq: this.cursor.seq, id: this.cursor.id };
  }

  /** The window that ends at the cursor; it is current. */
  liveWindow(): Range | null {
    return this.cursor && this.covered.around(this.cursor.seq);
  }

  /** What is missing between the cursor and the live entries that came beyond it. */
  gap(): Gap | null {
    const first = this.ahead[0];
    return this.cursor && first ? { after: this.cursor.seq, before: first.seq } : null;
  }

  /** Whether live entries wait for a first page. */
  waits(): boolean {
    return this.ahead.length > 0;
  }

  private seqsIn(from: number, to: number): number[] {
    const start = partition(this.order, (seq) => seq < from);
    const stop = partition(this.order, (seq) => seq <= to);
    return this.order.slice(start, Math.max(start, stop));
  }

  private keepAhead(entry: Entry): void {
    if (this.ahead.length >= AHEAD) return;
    const index = partition(this.ahead, (known) => known.seq < entry.seq);
    const known = this.ahead[index]?.seq === entry.seq;
    this.ahead.splice(index, known ? 1 : 0, entry);
  }

  /**
   * An entry at or before the one after the cursor. Only the next one may draw a line: a repeat of
   * an older one either has its line already or stands in no held window.
   */
  private applyNext(entry: Entry): void {
    const isNext = this.cursor !== null && entry.seq === this.cursor.seq + 1;
    if (lineOf(entry) === null) this.amend(entry);
    else if (isNext) this.putLine(entry);
    if (isNext) {
      this.folded = Math.max(this.folded, entry.seq);
      this.covered.insert(entry.seq, entry.seq);
      this.cursor = { seq: entry.seq, id: entry.id };
    }
  }

  private putLine(entry: Entry): void {
    if (this.slots.has(entry.seq)) return;
    const line = lineOf(entry);
    if (!line) return;
    this.slots.set(entry.seq, new Slot(line));
    if (entry.seq > (this.order.at(-1) ?? 0)) this.order.push(entry.seq);
    else
      this.order.splice(
        partition(this.order, (seq) => seq < entry.seq),
        0,
        entry.seq,
      );
  }

  private amend(entry: Entry): void {
    if (entry.kind !== "edit" && entry.kind !== "delete" && entry.kind !== "react") return;
    const target = entry.target.seq;
    this.folded = Math.max(this.folded, entry.seq);
    if (entry.kind === "delete") {
      for (const seq of this.seqsIn(target + 1, Infinity)) this.slots.get(seq)?.forgetQuote(target);
    }
    const slot = this.slots.get(target);
    if (entry.kind === "edit") slot?.edit(entry.seq, entry.time, entry.content, entry.mentions ?? []);
    if (entry.kind === "delete") slot?.delete();
    if (entry.kind === "react") slot?.react(entry.seq, entry, entry.author.id === this.me);
    // Kept even when the target is here: the page under way may bring a quote of it.
    if (this.pagesUnderWay > 0) this.orphans.push(entry);
  }

  private advanceCursor(page: Page, to: number): void {
    if (!page.to) return;
    const reaches = this.cursor
      ? page.from <= this.cursor.seq + 1 && to > this.cursor.seq
      : page.to.seq === page.head.seq;
    if (reaches) this.cursor = page.to;
  }

  private drainAhead(): void {
    while (this.cursor && this.ahead[0] && this.ahead[0].seq <= this.cursor.seq + 1) {
      this.applyNext(this.ahead.shift()!);
    }
  }

  private forgetOrphans(): void {
    if (this.pagesUnderWay > 0) return;
    this.orphans = [];
    this.standing = [];
  }
}
