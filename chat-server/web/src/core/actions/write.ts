/** Writing. */
import { recall, sayIt } from "../update/compose";
import type { Handler } from "./handler";

const SHRUG = "¯\\\\\\_(ツ)\\_/¯";

export const WRITE_ACTIONS = {
  new_line: () => [{ do: "compose", what: "new_line" }],
  complete: () => [{ do: "compose", what: "complete" }],
  complete_back: () => [{ do: "compose", what: "complete_back" }],
  input_older: (state) => recall(state, -1),
  input_newer: (state) => recall(state, 1),
  emote: (state, text, stamp) => sayIt(state, `*${text}*`, stamp),
  shrug: (state, text, stamp) => sayIt(state, text ? `${text} ${SHRUG}` : SHRUG, stamp),
} satisfies Record<string, Handler>;
