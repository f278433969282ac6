/** Commands, as a line of the composer gives them. The mirror of `read_input` in `chat-proto/src/action.rs`. */
import { ACTIONS } from "@late";
import type { Action } from "@proto";
import type { Effect } from "../effect";
import type { Stamp } from "../event";
import type { RoomCopy, State } from "../state";
import { underWay } from "../update/ask";
import { remember } from "../update/compose";
import { beyond, enter } from "../update/draft";
import { complain } from "../update/notice";
import { stopTyping } from "../update/typing";
import { say } from "./words";
import { runAction } from "./action";

export type Command =
  | { is: "known"; action: Action; command: string; argument: string }
  | { is: "unknown"; command: string; near: string | null };

export function readCommand(line: string): Command {
  const rest = line.slice(1);
  const space = rest.search(/\s/);
  const command = space < 0 ? rest : rest.slice(0, space);
  const argument = space < 0 ? "" : rest.slice(space).trim();
  const action = byCommand(command);
  return action ? { is: "known", action, command, argument } : { is: "unknown", command, near: nearest(command) };
}

/** Does what the composer's line asks for. */
export function runCommand(state: State, copy: RoomCopy, line: string, stamp: Stamp): Effect[] {
  const read = readCommand(line);
  if (read.is === "unknown") {
    const { command, near } = read;
    complain(state, near ? say("UNKNOWN_COMMAND_NEAR", { command, near }) : say("UNKNOWN_COMMAND", { command }));
    return [];
  }
  const { action, argument, command } = read;
  remember(state, line);
  // What is to be said to somebody is as dear as any other line.
  const says = action.id === "direct" && /\s/.test(argument);
  const run = () => runAction(state, action.id, argument, command, stamp);
  const effects = enter(copy, line, says ? "say" : "command", run);
  if (says && seeksFor(state, stamp.id)) hold(copy, line, stamp.id);
  return [...stopTyping(state), ...effects];
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

/** The line waits in the composer for an answer, and leaves it with a request of that id. */
function hold(copy: RoomCopy, text: string, id: string): void {
  copy.entering.push({ id, text, mode: copy.mode });
  copy.draft_told = beyond(copy);
}

function byCommand(name: string): Action | null {
  const lower = name.toLowerCase();
  return ACTIONS.find((action) => action.commands.includes(lower)) ?? null;
}

function nearest(name: string): string | null {
  const lower = name.toLowerCase();
  let best: { distance: number; command: string } | null = null;
  for (const command of ACTIONS.flatMap((action) => action.commands)) {
    const found = distance(lower, command);
    if (!best || found < best.distance) best = { distance: found, command };
  }
  return best && best.distance <= 1 + Math.floor(best.command.length / 3) ? best.command : null;
}

/** Damerau-Levenshtein distance (adjacent swaps count once). */
function distance(left: string, right: string): number {
  const a = [...left].slice(0, 40);
  const b = [...right];
  const rows = a.map(() => [] as number[]);
  rows.push([]);
  const at = (i: number, j: number) => rows[i]![j]!;
  for (let i = 0; i <= a.length; i++) {
    for (let j = 0; j <= b.length; j++) {
      if (i === 0 || j === 0) {
        rows[i]![j] = i + j;
        continue;
      }
      let best = Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, at(i - 2, j - 2) + 1);
      rows[i]![j] = best;
    }
  }
  return at(a.length, b.length);
}
