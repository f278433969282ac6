/** What is read and what is not: the server's figures, and what came live since. */
import type { ReadPosition } from "@proto";
import type { Effect } from "../effect";
import { isShown, shownRooms } from "../friends";
import type { RoomCopy, State } from "../state";
import { ask } from "./ask";

/** At most one `room:mark_read` of a room in so many milliseconds. */
const MARK_MS = 1_000;

/** The server counted: only what came after that is added from now on. */
export function figures(copy: RoomCopy, read: ReadPosition): void {
  copy.read = read;
  const counted = read.n + read.unread;
  copy.live = copy.live.filter((message) => message.n > counted);
}

/** Whether the newest line is before the reader's eyes. */
export function seen(state: State, copy: RoomCopy): boolean {
  // Who is on the way to another line sees the newest ones in passing alone.
  const stays = state.jumping === null && copy.anchor === null && isShown(state, copy);
  return state.attentive && state.at_bottom && stays;
}

/** Tells that what is shown is read, when it is; else when to look again. */
export function markRead(state: State): Effect[] {
  const due = shownRooms(state).filter((copy) => marks(state, copy) && state.now >= copy.marked_at + MARK_MS);
  return due.flatMap((copy) => mark(state, copy));
}

/** The room is left: what was seen in it is told now, since it is not looked at when the time is over. */
export function markLeft(state: State, copy: RoomCopy): Effect[] {
  return marks(state, copy) ? mark(state, copy) : [];
}

/** When `markRead` has something to do by the clock alone. */
export function markDue(state: State): number {
  const times = shownRooms(state).map((copy) => (marks(state, copy) ? copy.marked_at + MARK_MS : Infinity));
  return Math.min(Infinity, ...times);
}

function marks(state: State, copy: RoomCopy): boolean {
  const { cursor } = copy.timeline;
  if (state.link.is !== "connected" || copy.kept_unread || !cursor || !seen(state, copy)) return false;
  return cursor.seq > copy.read.seq && copy.n > copy.read.n && cursor.seq >= copy.head.seq;
}

/** Marks the room read up to its newest entry. */
export function mark(state: State, copy: RoomCopy): Effect[] {
  const place = copy.timeline.cursorPlace();
  if (!place || state.link.is !== "connected") return [];
  copy.marked_at = state.now;
  copy.read = { seq: place.seq, n: copy.n, unread: 0, mentions: 0 };
  copy.live = [];
  return ask(
    state,
    "room:mark_read",
    { room: copy.room.id, place, unread: false },
    { is: "mark_read", room: copy.room.id },
  );
}
