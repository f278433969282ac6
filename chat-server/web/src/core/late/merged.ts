/**
 * The Friends view: what all friends say, by (time, room, seq). Each room keeps its own windows, gaps and cursor;
 * here they are only laid over one another. Lines are shown down to the *horizon*, the newest of the oldest lines
 * held of those rooms that go on above what is held: above it lines may be missing, below it none is.
 */
import type { Line } from "@proto";
import type { Effect } from "../effect";
import { isFriends, isPlace, shownRooms } from "../friends";
import { keyOf, scrollTo, type Placed, type Shown } from "../lines";
import { currentRoom, type RoomCopy, type State } from "../state";
import { readHead, readPage } from "../update/history";
import { complain } from "../update/notice";
import { say } from "./words";
import { markUnread } from "./unread";

/** So many rooms are asked for their newest lines at once. */
const HEADS = 8;
/** So many are asked for what came before: the one at the horizon, and those that are likely to be there next. */
const EDGES = 4;
/** So many lines more are wanted each time; a page of one room may bring fewer. */
const STEP = 30;

/** A room that goes on above what is held of it, with its oldest line held; null where what is held draws none. */
interface Edge {
  copy: RoomCopy;
  from: number;
  line: Line | null;
}

export interface Merged extends Shown {
  /** The horizon first. */
  edges: Edge[];
}

/** All that is shown; null while newest lines of a room are on their way. */
export function merge(state: State): Merged | null {
  const all: Placed[] = [];
  const edges: Edge[] = [];
  const rooms = shownRooms(state);
  for (const copy of rooms) {
    const held = copy.timeline.liveWindow();
    // As long as it cannot come, what is missing hides nothing of the others.
    if (!held && state.link.is === "connected") return null;
    if (!held) continue;
    const lines = copy.timeline.lines(...held);
    for (const line of lines) if (speaks(line)) all.push({ copy, line });
    if (held[0] > 1) edges.push({ copy, from: held[0], line: lines[0] ?? null });
  }
  edges.sort((a, b) => (a.line && b.line ? order(at(b), at(a)) : a.line ? 1 : -1));
  const [horizon] = edges;
  const lines = all.filter((placed) => !horizon || isAbove(placed, horizon)).sort(order);
  const loading = rooms.some((copy) => copy.loading.has("before"));
  const from = horizon ? `${horizon.from}@${horizon.copy.room.id}` : 1;
  return { lines, edges, from, beginning: !horizon, loading };
}

/** Who came to read it and who does no more is told elsewhere. */
const speaks = ({ kind }: Line): boolean => kind === "message" || kind === "other";

const at = ({ copy, line }: Edge): Placed => ({ copy, line: line! });

/** Whether nothing can be missing between that line and the newest. */
const isAbove = (placed: Placed, horizon: Edge): boolean => horizon.line !== null && order(placed, at(horizon)) >= 0;

/** By time, room and seq: the same for everybody who sees two of them. */
function order(a: Placed, b: Placed): number {
  const [left, right] = [a.copy.room.id, b.copy.room.id];
  return a.line.time - b.line.time || (left < right ? -1 : left > right ? 1 : a.line.seq - b.line.seq);
}

/** Asks for what the view lacks: newest lines first, then the way to the line that is jumped to, then what is wanted. */
export function gather(state: State): Effect[] {
  const here = currentRoom(state);
  if (!here || !isFriends(here)) return [];
  const view = merge(state);
  if (!view) return readHeads(state);
  if (state.jumping) return follow(state, view, true);
  return view.lines.length < state.reach ? readOn(state, view) : [];
}

/** The reader has come to the upper end. */
export function before(state: State): Effect[] {
  const view = merge(state);
  if (view) state.reach = view.lines.length + STEP;
  return gather(state);
}

/** The view is opened. */
export function begin(state: State): Effect[] {
  state.reach = STEP;
  return gather(state);
}

function readHeads(state: State): Effect[] {
  const rooms = shownRooms(state);
  const asked = rooms.filter(({ loading }) => loading.has("head")).length;
  const missing = rooms.filter(({ timeline, loading }) => !timeline.cursor && !loading.has("head"));
  return missing.slice(0, Math.max(0, HEADS - asked)).flatMap((copy) => readHead(state, copy, STEP));
}

function readOn(state: State, { edges }: Merged, limit = STEP): Effect[] {
  // The others move the horizon no further than the room that is there.
  if (edges[0]?.copy.loading.has("before")) return [];
  return edges.slice(0, EDGES).flatMap(({ copy, from }) => readPage(state, copy, "before", from, limit));
}

/** Shows a line, wherever it stands. The first entry of my own room stands for the beginning of all. */
export function jump(state: State, copy: RoomCopy, seq: number): Effect[] {
  const view = merge(state);
  state.jumping = { room: copy.room.id, seq };
  if (!view) return readHeads(state);
  const effects = follow(state, view, false);
  const waits = view.loading || effects.length > 0;
  if (state.jumping && !waits) {
    state.jumping = null;
    complain(state, say("NO_CONNECTION"));
  }
  return effects;
}

function follow(state: State, view: Merged, awaited: boolean): Effect[] {
  const found = reached(state, view);
  if (found === null) return readOn(state, view, state.limits.page_lines);
  state.jumping = null;
  if (!found) return [];
  // The newest line, which was shown until now, is left before it was read.
  if (awaited) state.at_bottom = false;
  state.chosen = keyOf(state, found.copy, found.line.seq);
  return [
    { do: "scroll", to: scrollTo(state.chosen) },
    { do: "focus", on: "log" },
  ];
}

/** The line that is jumped to; null where more has to be read for it, undefined where there is none. */
function reached(state: State, { lines, edges }: Merged): Placed | null | undefined {
  const { room, seq } = state.jumping!;
  const copy = state.rooms.get(room);
  if (!copy) return undefined;
  if (isPlace(copy) && seq <= 1) return edges.length > 0 ? null : lines[0];
  const [from] = copy.timeline.liveWindow()!;
  if (seq < from) return null;
  // What stands there may draw no line: the next one that does is meant.
  const line = copy.timeline.lines(seq).find(speaks);
  const placed = line && { copy, line };
  return placed && edges[0] && !isAbove(placed, edges[0]) ? null : placed;
}

/** The first line that nobody had seen when the view was opened. */
export function firstUnread(state: State): Effect[] {
  const marked = shownRooms(state).filter(({ marker }) => marker !== null);
  const far = marked.find(({ marker, timeline }) => (timeline.liveWindow()?.[0] ?? Infinity) > marker! + 1);
  if (far) return jump(state, far, far.marker! + 1);
  const firsts = marked.flatMap((copy) => {
    const line = copy.timeline.lines(copy.marker! + 1).find(speaks);
    return line ? [{ copy, line }] : [];
  });
  const [first] = firsts.sort(order);
  return first ? jump(state, first.copy, first.line.seq) : [];
}

/** Marks unread what others said from that line on. */
export function unreadFrom(state: State, copy: RoomCopy, seq: number): Effect[] {
  const line = copy.timeline.line(seq);
  if (!line) return [];
  const rooms = shownRooms(state).filter((other) => !isPlace(other) || other === copy);
  return rooms.flatMap((other) => {
    const first = other.timeline
      .lines()
      .find((one) => speaks(one) && order({ copy: other, line: one }, { copy, line }) >= 0);
    return first ? markUnread(state, other, first.seq) : [];
  });
}
