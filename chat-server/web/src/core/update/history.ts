/** Pages of a room's log: the head, what came before, what is missing, what lies around a line. */
import type { Error as WireError, HistoryRead, Page } from "@proto";
import type { Effect } from "../effect";
import { isFriends, isShown } from "../friends";
import { nameOf } from "../people";
import type { Direction, Purpose, RoomCopy, State } from "../state";
import { currentRoom } from "../state";
import type { Range } from "../fold/ranges";
import { say } from "../words";
import { ask } from "./ask";
import { complain } from "./notice";
import { settleOwn } from "./send";
import { askSync, restart } from "./sync";

const LINES = 100;
/** A live entry that is not the next one is often followed by the one that is. */
export const GRACE_MS = 300;

type Asked = Extract<Purpose, { is: "history" }>;

/** The part of the log that is shown. */
export function shownWindow(copy: RoomCopy): Range | null {
  const { timeline, anchor } = copy;
  return (anchor !== null && timeline.covered.around(anchor)) || timeline.liveWindow();
}

export function readHead(state: State, copy: RoomCopy, limit = LINES): Effect[] {
  return readPage(state, copy, "head", 0, limit);
}

/** What stands before the lines that are shown. */
export function readBefore(state: State, copy: RoomCopy): Effect[] {
  if (isFriends(copy)) return state.late?.friends.before(state) ?? [];
  const shown = shownWindow(copy);
  return shown && shown[0] > 1 ? readPage(state, copy, "before", shown[0]) : [];
}

/** What stands after them, where that is not the newest. */
export function readAfter(state: State, copy: RoomCopy): Effect[] {
  const shown = shownWindow(copy);
  if (!shown || !copy.timeline.cursor || shown[1] >= copy.timeline.cursor.seq) return [];
  return readPage(state, copy, "after", shown[1]);
}

/** Shows a line, wherever it stands. */
export function jumpTo(state: State, copy: RoomCopy, seq: number): Effect[] {
  if (isFriends(copy)) return state.late?.friends.jump(state, copy, seq) ?? [];
  const room = copy.room.id;
  if (isAwaited(state, room, seq)) return [];
  state.jumping = null;
  if (copy.timeline.covered.contains(seq)) {
    const live = copy.timeline.liveWindow();
    copy.anchor = live && seq >= live[0] && seq <= live[1] ? null : seq;
    // What stands there may draw no line: the next one that does is meant.
    const line = copy.timeline.line(seq) ?? copy.timeline.lines(seq)[0];
    if (!line) return [];
    state.chosen = line.seq;
    return [
      { do: "scroll", to: { seq: line.seq } },
      { do: "focus", on: "log" },
    ];
  }
  const effects = readPage(state, copy, "around", seq);
  if (effects.length > 0) state.jumping = { room, seq };
  return effects;
}

/** Whether that line is shown as soon as it is here. */
function isAwaited({ jumping }: State, room: string, seq: number): boolean {
  return jumping?.room === room && jumping.seq === seq;
}

/** Fetches what is missing between what is held and what is known to be there. */
export function catchUp(state: State, copy: RoomCopy): Effect[] {
  copy.gap_at = null;
  const { cursor } = copy.timeline;
  if (!cursor) return copy.timeline.waits() || isShown(state, copy) ? readHead(state, copy) : [];
  const behind = copy.head.seq - cursor.seq;
  if (behind <= 0) return [];
  if (behind > state.limits.catch_up) {
    restart(state, copy, copy.timeline.epoch);
    return readHead(state, copy);
  }
  return readPage(state, copy, "gap", cursor.seq);
}

export function readPage(state: State, copy: RoomCopy, direction: Direction, seq: number, limit = LINES): Effect[] {
  // Another line may be wanted before the one that was is here.
  if (copy.loading.has(direction) && direction !== "around") return [];
  const { timeline } = copy;
  const request: HistoryRead = { room: copy.room.id, limit: Math.min(limit, state.limits.page_lines) };
  if (direction === "before") request.before = seq;
  if (direction === "after" || direction === "gap") request.after = seq;
  if (direction === "around") request.around = seq;
  const place = direction === "head" ? null : timeline.checkpoint();
  if (place) request.place = place;
  const purpose: Asked = { is: "history", room: copy.room.id, direction, timeline, seq };
  const effects = ask(state, "history:read", request, purpose);
  if (effects.length > 0) {
    copy.loading.add(direction);
    timeline.pageRequested();
  }
  return effects;
}

export function onPage(state: State, asked: Asked, page: Page): Effect[] {
  const copy = state.rooms.get(asked.room);
  if (!copy || copy.timeline !== asked.timeline) return [];
  copy.loading.delete(asked.direction);
  if (page.epoch !== copy.timeline.epoch) {
    state.jumping = null;
    copy.timeline.pageFailed();
    return askSync(state);
  }
  copy.timeline.applyPage(page);
  for (const { author } of page.entries) nameOf(copy, author);
  if (page.head.seq > copy.head.seq) copy.head = page.head;
  copy.n = Math.max(copy.n, page.entries.at(-1)?.n ?? 0);
  const effects = settleOwn(state, copy, [...page.entries, ...page.amendments]);
  if (asked.direction === "around" && isAwaited(state, asked.room, asked.seq)) {
    state.jumping = null;
    if (copy.timeline.covered.contains(asked.seq)) {
      // The newest line, which was shown until now, is left before it was read.
      state.at_bottom = false;
      effects.push(...jumpTo(state, copy, asked.seq));
    }
  }
  const { cursor } = copy.timeline;
  if (asked.direction === "head" && !cursor) effects.push(...catchUp(state, copy));
  if (cursor && cursor.seq < copy.head.seq) effects.push(...catchUp(state, copy));
  if (isFriends(copy)) return [...effects, ...(state.late?.friends.gather(state) ?? [])];
  // A page may hold no line at all; the reader waits for one.
  const shown = copy === currentRoom(state) ? shownWindow(copy) : null;
  const moved = asked.direction === "before" || asked.direction === "head";
  if (shown && moved && page.from > 1 && page.entries.length < 10) effects.push(...readBefore(state, copy));
  return effects;
}

export function onPageRefused(state: State, asked: Asked, error: WireError | null): Effect[] {
  const copy = state.rooms.get(asked.room);
  const around = asked.direction === "around" && isAwaited(state, asked.room, asked.seq);
  if (state.jumping && (around || (asked.direction === "before" && copy && isFriends(copy)))) {
    state.jumping = null;
    complain(state, error?.message ?? say("NO_CONNECTION"));
  }
  if (!copy || copy.timeline !== asked.timeline) return [];
  copy.loading.delete(asked.direction);
  copy.timeline.pageFailed();
  if (!error) return [];
  if (error.retry === "later") copy.gap_at = state.now + (error.retry_after_ms ?? 2_000);
  return error.code === "epoch_changed" || error.code === "not_found" || error.retry === "now" ? askSync(state) : [];
}
