/** What the timeline shows, row by row: days, groups, the "new" line, what is still under way. */
import type { Line, Reaction } from "@proto";
import { shownRooms, together } from "./friends";
import { keyOf, pending, shownLines, type Shown } from "./lines";
import { isCommon } from "./may";
import { roomOf, type Item } from "./outbox";
import type { LineKey, RoomCopy, State } from "./state";
import { shownWindow } from "./update/history";

export type MessageLine = Extract<Line, { kind: "message" }>;
type SendItem = Extract<Item, { name: "message:send" }>;

/** What is under way or has failed for a line that stands. */
export interface Overlay {
  text: string | null;
  deleting: boolean;
  reactions: Reaction[];
  sending: boolean;
  failed: string | null;
}

export type Row =
  | { is: "top"; key: string; beginning: boolean; loading: boolean }
  | { is: "day"; key: string; time: number }
  | { is: "new"; key: string }
  | { is: "system"; key: string; line: Line }
  | {
      is: "message";
      key: string;
      /** By what the core knows it, and the room in whose log it stands. */
      at: LineKey;
      room: string;
      line: MessageLine;
      first: boolean;
      mention: boolean;
      overlay: Overlay | null;
    }
  | {
      is: "pending";
      key: string;
      item: SendItem;
      first: boolean;
      sending: boolean;
      text: string;
      failed: string | null;
    };

/** The rows, where the log that they show begins, and how they came about. */
export interface Rows {
  rows: Row[];
  from: LineKey | null;
  /** Whether they grew where they begin, and there alone. */
  shift: boolean;
  /**
   * Whether more stands above already, and is told when they are made again. A list keeps its reader's place
   * while it grows at one end; lines that have come to both ends at once come one end after the other.
   */
  half: boolean;
}

/** After so long a pause the author's name stands again. */
const GROUP_MS = 15 * 60_000;

/** Builds rows and keeps them while nothing of theirs changes; a row that stays the same stays identical. */
export class RowMaker {
  private room: RoomCopy | null = null;
  private signature = "";
  private made: Rows = { rows: [], from: null, shift: false, half: false };
  private readonly known = new WeakMap<Line, Row>();
  private readonly days = new Days();

  make(state: State, copy: RoomCopy | null): Rows {
    const signature = copy ? sign(state, copy) : "";
    if (copy === this.room && signature === this.signature && !this.made.half) return this.made;
    const shown = copy && shownLines(state, copy);
    const before = copy === this.room ? this.made.rows : [];
    // While a room that is shown with others is read for the first time, the others stay as they are.
    if (!shown && before[0]?.is === "top" && copy && shownRooms(state).length > 1) return this.made;
    const rows = copy ? this.rows(state, copy, shown) : [];
    const from = shown?.from ?? null;
    const below = grownBelow(before, rows);
    if (below) this.made = { rows: below, from: this.made.from, shift: false, half: true };
    else this.made = { rows, from, shift: grewAtTop(before, rows), half: false };
    this.room = copy;
    this.signature = signature;
    return this.made;
  }

  private rows(state: State, here: RoomCopy, shown: Shown | null): Row[] {
    const rows: Row[] = [];
    if (shown) rows.push({ is: "top", key: "top", beginning: shown.beginning, loading: shown.loading });
    const overlays = overlaysOf(state);
    let last: Line | null = null;
    let day = "";
    let marked = false;
    for (const { copy, line } of shown?.lines ?? []) {
      // Nobody sees the name that a conversation was made with.
      if (line.kind === "create" && !isCommon(copy)) continue;
      const today = this.days.of(line.time);
      if (today !== day) {
        rows.push({ is: "day", key: `day ${today}`, time: line.time });
        last = null;
      }
      day = today;
      if (!marked && copy.marker !== null && line.seq > copy.marker) {
        rows.push({ is: "new", key: "new" });
        marked = true;
        last = null;
      }
      rows.push(this.row(state, copy, line, last, overlays.get(line) ?? null));
      last = line;
    }
    let author = last?.kind === "message" ? last.author.id : null;
    for (const item of pending(state, here)) {
      const first = author !== state.me?.id;
      author = state.me?.id ?? null;
      const failed = item.is === "failed" ? (item.error?.message ?? "") : null;
      const text = item.fields.content.text;
      rows.push({ is: "pending", key: item.client_id, item, first, sending: item.is === "waiting", text, failed });
    }
    return rows;
  }

  private row(state: State, copy: RoomCopy, line: Line, last: Line | null, overlay: Overlay | null): Row {
    const at = keyOf(state, copy, line.seq);
    const key = String(at);
    const known = this.known.get(line);
    if (line.kind !== "message") {
      if (known) return known;
      const row: Row = { is: "system", key, line };
      this.known.set(line, row);
      return row;
    }
    const near = last?.kind === "message" && line.time - last.time < GROUP_MS;
    const first = !(near && last.author.id === line.author.id && last.author.name === line.author.name);
    const mention = !line.deleted && line.mentions.includes(state.me?.id ?? "");
    if (known?.is === "message" && known.first === first && known.mention === mention && !overlay && !known.overlay) {
      return known;
    }
    const row: Row = { is: "message", key, at, room: copy.room.id, line, first, mention, overlay };
    this.known.set(line, row);
    return row;
  }
}

/** Everything that the rows depend on, in one text. */
function sign(state: State, copy: RoomCopy): string {
  const rooms = together(state, copy);
  const ids = rooms.map(({ room }) => room.id);
  const items = state.outbox.items
    .filter((item) => ids.includes(roomOf(item) ?? ""))
    .map((item) => [item.client_id, item.is, item.error?.message, JSON.stringify(item.fields)]);
  const logs = rooms.map((one) => {
    const { timeline, marker, loading } = one;
    return [one.room.id, timeline.epoch, timeline.revision, shownWindow(one), marker, loading.has("before")];
  });
  return JSON.stringify([logs, state.me?.id, state.late !== null, state.link.is, items]);
}

function overlaysOf(state: State): Map<Line, Overlay> {
  const overlays = new Map<Line, Overlay>();
  for (const item of state.outbox.items) {
    const amends = item.name === "message:edit" || item.name === "message:delete" || item.name === "message:react";
    if (!amends || item.points_at) continue;
    const line = state.rooms.get(item.fields.room)?.timeline.line(item.fields.target.seq);
    if (line?.kind !== "message") continue;
    const overlay = overlays.get(line) ?? {
      text: null,
      deleting: false,
      reactions: line.reactions,
      sending: false,
      failed: null,
    };
    overlays.set(line, overlay);
    if (item.is === "waiting") overlay.sending = true;
    if (item.is === "failed") overlay.failed = item.error?.message ?? "";
    else if (item.name === "message:edit") overlay.text = item.fields.content.text;
    else if (item.name === "message:delete") overlay.deleting = true;
    else overlay.reactions = reacted(overlay.reactions, item.fields.emoji, item.fields.on);
  }
  return overlays;
}

/** The reactions as they will be once mine has arrived. */
export function reacted(reactions: readonly Reaction[], emoji: string, on: boolean): Reaction[] {
  const standing = reactions.find((reaction) => reaction.emoji === emoji);
  if ((standing?.mine ?? false) === on) return [...reactions];
  const count = (standing?.count ?? 0) + (on ? 1 : -1);
  const changed = { emoji, count, mine: on };
  if (!standing) return [...reactions, changed];
  return reactions.map((reaction) => (reaction === standing ? changed : reaction)).filter(({ count }) => count > 0);
}

const isLine = (row: Row): boolean => row.is === "message" || row.is === "system";

/** Whether the rows have grown where they begin. */
function grewAtTop(before: readonly Row[], after: readonly Row[]): boolean {
  // Where only what waits was shown, the log has not grown at its top: it has come.
  const first = before.find(isLine)?.key;
  return (
    first !== undefined &&
    after.length > before.length &&
    first !== after.find(isLine)?.key &&
    after.some(({ key }) => key === first)
  );
}

/** Where they have grown there and changed at their end, too: as they would be with the latter alone. */
function grownBelow(before: readonly Row[], after: readonly Row[]): Row[] | null {
  if (!grewAtTop(before, after) || before.at(-1)?.key === after.at(-1)?.key) return null;
  const first = before.findIndex(isLine);
  const at = after.findIndex(({ key }) => key === before[first]?.key);
  return [...before.slice(0, first), ...after.slice(at)];
}

/** The reader's own days; lines come in the order of their times, so most fall into the day before. */
class Days {
  private from = 0;
  private to = 0;
  private name = "";

  of(time: number): string {
    if (time < this.from || time >= this.to) {
      const day = new Date(time);
      this.from = new Date(day.getFullYear(), day.getMonth(), day.getDate()).getTime();
      this.to = new Date(day.getFullYear(), day.getMonth(), day.getDate() + 1).getTime();
      this.name = `${day.getFullYear()}-${day.getMonth() + 1}-${day.getDate()}`;
    }
    return this.name;
  }
}
