/** Rooms by a part of their name: those that begin with it first, then those that hold its letters in order. */
import { soughtBy } from "./called";
import { listed, unreadAt, type RoomCopy, type State } from "./state";

export function matches(state: State, query: string): RoomCopy[] {
  const wanted = query.trim().replace(/^#/, "").toLowerCase();
  const scored = listed(state)
    .filter((copy) => wanted !== "" || copy.room.id !== state.current)
    .map((copy) => ({ copy, score: score(soughtBy(copy), wanted), waiting: unreadAt(state, copy).unread > 0 ? 0 : 1 }))
    .filter(({ score }) => score < Infinity);
  return scored.sort((a, b) => a.score - b.score || a.waiting - b.waiting).map(({ copy }) => copy);
}

function score(name: string, wanted: string): number {
  if (name.startsWith(wanted)) return 0;
  if (name.includes(wanted)) return 1;
  let at = -1;
  for (const letter of wanted) {
    at = name.indexOf(letter, at + 1);
    if (at < 0) return Infinity;
  }
  return 2;
}
