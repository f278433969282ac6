/** What a line in the composer means. The mirror of `read_input` in `chat-proto/src/action.rs`. */
import { ACTIONS, type Action } from "@proto";

export type Input =
  | { is: "say"; text: string }
  | { is: "command"; action: Action; command: string; argument: string }
  | { is: "unknown"; command: string; near: string | null };

export function readInput(line: string): Input {
  if (!line.startsWith("/")) return { is: "say", text: line };
  const rest = line.slice(1);
  if (rest.startsWith("/")) return { is: "say", text: rest };
  const space = rest.search(/\s/);
  const command = space < 0 ? rest : rest.slice(0, space);
  const argument = space < 0 ? "" : rest.slice(space).trim();
  const action = byCommand(command);
  return action ? { is: "command", action, command, argument } : { is: "unknown", command, near: nearest(command) };
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
