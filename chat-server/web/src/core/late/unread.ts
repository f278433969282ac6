/** What was read is not, after all. */
import type { Effect } from "../effect";
import type { RoomCopy, State } from "../state";
import { ask } from "../update/ask";

/** Marks the room unread from a line on. */
export function markUnread(state: State, copy: RoomCopy, seq: number): Effect[] {
  const before = copy.timeline.lines(0, seq - 1).at(-1);
  const { epoch } = copy.timeline;
  copy.kept_unread = true;
  copy.marker = seq - 1;
  const place = before ? { epoch, seq: before.seq, id: before.id } : { epoch, seq: 0, id: "0" };
  return ask(
    state,
    "room:mark_read",
    { room: copy.room.id, place, unread: true },
    { is: "mark_read", room: copy.room.id },
  );
}
