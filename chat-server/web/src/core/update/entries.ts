/** Live entries. */
import type { Entries, Entry } from "@proto";
import type { Effect } from "../effect";
import { isShown } from "../friends";
import { nameOf } from "../people";
import type { RoomCopy, State } from "../state";
import { oneLine, short } from "../text";
import { isTold } from "../fold/slot";
import { change, notice } from "./change";
import { GRACE_MS } from "./history";
import { seen } from "./read";
import { settleOwn } from "./send";
import { askSync } from "./sync";

export function onEntries(state: State, { room, epoch, entries }: Entries): Effect[] {
  const copy = state.rooms.get(room);
  if (!copy) return [...entries.flatMap((entry) => notice(state, entry)), ...askSync(state)];
  if (copy.timeline.epoch !== epoch) return askSync(state);
  copy.timeline.applyLive(entries);
  state.late?.onAmended(state, room, entries);
  const effects = settleOwn(state, copy, entries);
  for (const entry of entries) {
    if (entry.seq > copy.head.seq) effects.push(...next(state, copy, entry));
  }
  const waits = copy.timeline.cursor ? copy.timeline.gap() !== null : copy.timeline.waits() && isShown(state, copy);
  if (waits) copy.gap_at ??= state.now + GRACE_MS;
  return effects;
}

/** An entry newer than all that were known. */
function next(state: State, copy: RoomCopy, entry: Entry): Effect[] {
  // What was missed may have been about friends, and not all of that stands in a page.
  const missed = copy.room.kind === "inbox" && entry.seq > copy.head.seq + 1;
  const learnt = (missed && state.late?.friends.refresh(state)) || [];
  copy.head = { seq: entry.seq, id: entry.id };
  copy.n = Math.max(copy.n, entry.n);
  const { author } = entry;
  const mine = author.id === state.me?.id;
  nameOf(copy, author);
  copy.typing.users = copy.typing.users.filter(({ id }) => id !== author.id);
  if (mine) return [...learnt, ...change(state, copy, entry)];
  const message = entry.kind === "message" ? entry : null;
  const told = entry.kind === "friend_news" && isTold(entry.change);
  if (message || told || entry.kind === "invited" || entry.kind === "removed") {
    copy.live.push({ n: entry.n, mention: message?.mentions?.includes(state.me?.id ?? "") ?? false });
    if (isShown(state, copy)) {
      if (!seen(state, copy)) copy.marker ??= entry.seq - 1;
      if (message) state.announced = `${author.name}: ${short(oneLine(message.content.text), 300)}`;
    }
  }
  return [...learnt, ...change(state, copy, entry)];
}
