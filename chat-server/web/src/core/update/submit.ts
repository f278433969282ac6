/** Enter in the composer. */
import type { Effect } from "../effect";
import type { Stamp } from "../event";
import { readInput } from "../input";
import { currentRoom, type State } from "../state";
import { say } from "../words";
import { isMissing, runAction } from "./action";
import { underWay } from "./ask";
import { edit, remember, sayIt } from "./compose";
import { beyond, enter, hold } from "./draft";
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
      const { id } = input.action;
      if (isMissing(state, id)) return runAction(state, id, "", "", stamp);
      remember(state, text);
      // What is to be said to somebody is as dear as any other line.
      const says = id === "direct" && /\s/.test(input.argument);
      const run = () => runAction(state, id, input.argument, input.command, stamp);
      const effects = enter(copy, text, says ? "say" : "command", run);
      if (says && seeksFor(state, stamp.id)) hold(copy, text, stamp.id);
      return [...stopTyping(state), ...effects];
    }
    case "unknown": {
      const { command, near } = input;
      complain(state, near ? say("UNKNOWN_COMMAND_NEAR", { command, near }) : say("UNKNOWN_COMMAND", { command }));
      return [];
    }
  }
}

/** Whether people are looked up, to say something to them by a message of that id. */
function seeksFor(state: State, id: string): boolean {
  return underWay(
    state,
    (purpose) =>
      purpose.is === "late" &&
      purpose.of.is === "people" &&
      purpose.of.sought.is === "direct" &&
      purpose.of.sought.id === id,
  );
}
