/** Enter in the composer. */
import type { Effect } from "../effect";
import type { Stamp } from "../event";
import { readInput } from "../input";
import { currentRoom, type State } from "../state";
import { say } from "../words";
import { runAction } from "./action";
import { edit, remember, sayIt } from "./compose";
import { complain } from "./notice";
import { stopTyping } from "./typing";

/** Enter: a command, an edit, or something to say. */
export function submit(state: State, stamp: Stamp): Effect[] {
  const copy = currentRoom(state);
  if (!copy || !state.ever_welcomed) return [];
  const text = copy.draft;
  // What was wrong with the line before is no news any more.
  state.notice = null;
  if (text.trim() === "") return copy.mode.is === "edit" ? edit(state, copy, "", stamp) : [];
  if (copy.mode.is === "edit") return edit(state, copy, text, stamp);
  const input = readInput(text);
  switch (input.is) {
    case "say":
      return sayIt(state, input.text, stamp);
    case "command": {
      remember(state, text);
      copy.draft = "";
      const effects = runAction(state, input.action.id, input.argument, input.command, stamp);
      return [...stopTyping(state), ...effects];
    }
    case "unknown": {
      const { command, near } = input;
      complain(state, near ? say("UNKNOWN_COMMAND_NEAR", { command, near }) : say("UNKNOWN_COMMAND", { command }));
      return [];
    }
  }
}
