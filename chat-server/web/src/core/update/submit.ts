/** Enter in the composer. */
import type { Effect } from "../effect";
import type { Stamp } from "../event";
import { currentRoom, type State } from "../state";
import { isCommand } from "../text";
import { remember, sayIt } from "./compose";
import { beyond, enter } from "./draft";
import { isOnItsWay } from "./later";

/** Enter: a command, an edit, or something to say. */
export function submit(state: State, stamp: Stamp): Effect[] {
  const copy = currentRoom(state);
  if (!copy || !state.outbox.ready) return [];
  const edits = copy.mode.is === "edit";
  const text = edits ? copy.draft : beyond(copy);
  // What was wrong with the line before is no news any more.
  state.notice = null;
  if (edits) return state.late?.edit(state, copy, text, stamp) ?? [];
  if (text.trim() === "") return [];
  // A command stays in the composer until it can be done.
  if (isCommand(text)) return state.late?.runCommand(state, copy, text, stamp) ?? isOnItsWay(state);
  remember(state, text);
  // A second slash at the beginning says one.
  return enter(copy, text, "say", () => sayIt(state, text.replace(/^\/\//, "/"), stamp));
}
