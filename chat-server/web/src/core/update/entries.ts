/** Live entries. */
import type { Entries, Entry } from "@proto";
import type { Effect } from "../effect";
import { meet, nameOf } from "../people";
import { currentRoom, type RoomCopy, type State } from "../state";
import { oneLine, short } from "../text";
import { GRACE_MS } from "./history";
import { seen } from "./read";
import { settleOwn } from "./send";
import { askSync } from "./sync";

export function onEntries(state: State, { room, epoch, entries }: Entries): Effect[] {
  const copy = state.rooms.get(room);
  if (!copy || copy.timeline.epoch !== epoch) return askSync(state);
  copy.timeline.applyLive(entries);
  const effects = settleOwn(state, copy, entries);
  for (const entry of entries) {
    if (entry.seq > copy.head.seq) effects.push(...next(state, copy, entry));
  }
  const waits = copy.timeline.cursor
    ? copy.timeline.gap() !== null
    : copy.timeline.waits() && copy === currentRoom(state);
  if (waits) copy.gap_at ??= state.now + GRACE_MS;
  return effects;
}

/** An entry newer than all that were known. */
function next(state: State, copy: RoomCopy, entry: Entry): Effect[] {
  copy.head = { seq: entry.seq, id: entry.id };
  copy.n = Math.max(copy.n, entry.n);
  const { author } = entry;
  const mine = author.id === state.me?.id;
  nameOf(copy, author);
  copy.typing.users = copy.typing.users.filter(({ id }) => id !== author.id);
  if (entry.kind === "topic") copy.room = { ...copy.room, topic: entry.topic };
  if (entry.kind === "join" && !copy.people.has(author.id)) {
    meet(copy, { ...author, kind: "unknown", presence: "online" });
  }
  if (entry.kind === "leave") {
    copy.people.delete(author.id);
    return mine ? askSync(state) : [];
  }
  if (entry.kind === "message" && !mine) {
    copy.live.push({ n: entry.n, mention: (entry.mentions ?? []).includes(state.me?.id ?? "") });
    if (copy === currentRoom(state)) {
      if (!seen(state, copy)) copy.marker ??= entry.seq - 1;
      state.announced = `${author.name}: ${short(oneLine(entry.content.text), 300)}`;
    }
  }
  return [];
}
