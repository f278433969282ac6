/** Enter in the composer. */
import type { Effect } from "../effect";
import type { Stamp } from "../event";
import { readInput } from "../input";
import { currentRoom, type State } from "../state";
import { say } from "../words";
import { runAction } from "./action";
import { edit, remember, sayIt } from "./compose";
import { beyond, enter } from "./draft";
import { complain } from "./notice";
import { stopTyping } from "./typing";

/** Enter: a command, an edit, or something to say. */
export function submit(state: State, stamp: Stamp): Effect[] {
  const copy = currentRoom(state);
  if (!copy || !state.outbox.ready) return [];
  const text = copy.mode.is === "edit" ? copy.draft : beyond(copy);
  // What was wrong with the line before is no news any more.
  state.notice = null;
  if (text.trim() === "") return copy.mode.is === "edit" ? edit(state, copy, "", stamp) : [];
  if (copy.mode.is === "edit") return edit(state, copy, text, stamp);
  const input = readInput(text);
  switch (input.is) {
    case "say":
      remember(state, text);
      return enter(copy, text, "say", () => sayIt(state, input.text, stamp));
    case "command": {
      remember(state, text);
      const run = () => runAction(state, input.action.id, input.argument, input.command, stamp);
      return [...stopTyping(state), ...enter(copy, text, "command", run)];
    }
    case "unknown": {
      const { command, near } = input;
      complain(state, near ? say("UNKNOWN_COMMAND_NEAR", { command, near }) : say("UNKNOWN_COMMAND", { command }));
      return [];
    }
  }
}
