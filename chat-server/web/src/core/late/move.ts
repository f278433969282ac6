/** Moving about. */
import type { Effect } from "../effect";
import { currentRoom, type State } from "../state";
import { keyOf, shownLines, type Placed } from "../lines";
import { jumpTo } from "../update/history";
import type { Handler } from "../actions";

export const MOVE_ACTIONS = {
  next_mention: (state) => toMention(state, 1),
  previous_mention: (state) => toMention(state, -1),

  top: (state) => {
    const copy = currentRoom(state);
    return copy ? jumpTo(state, copy, 1) : [];
  },
} satisfies Record<string, Handler>;

function toMention(state: State, by: 1 | -1): Effect[] {
  const copy = currentRoom(state);
  const me = state.me?.id;
  const lines = (copy && shownLines(state, copy)?.lines) ?? [];
  if (!me) return [];
  const chosen = lines.findIndex(({ copy, line }) => keyOf(state, copy, line.seq) === state.chosen);
  const at = chosen >= 0 || by > 0 ? chosen : lines.length;
  const names = ({ line }: Placed) => line.kind === "message" && !line.deleted && line.mentions.includes(me);
  const found = by < 0 ? lines.slice(0, at).findLast(names) : lines.slice(at + 1).find(names);
  return found ? jumpTo(state, found.copy, found.line.seq) : [];
}
