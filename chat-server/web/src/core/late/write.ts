/** Writing. */
import type { Handler } from "../actions";
import { sayIt } from "../update/compose";
import { recall } from "./edit";

const SHRUG = "¯\\\\\\_(ツ)\\_/¯";

export const WRITE_ACTIONS = {
  input_older: (state) => recall(state, -1),
  input_newer: (state) => recall(state, 1),
  emote: (state, text, stamp) => sayIt(state, `*${text}*`, stamp),
  shrug: (state, text, stamp) => sayIt(state, text ? `${text} ${SHRUG}` : SHRUG, stamp),
} satisfies Record<string, Handler>;
