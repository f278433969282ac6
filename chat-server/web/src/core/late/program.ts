/** The program. */
import type { Handler } from "../actions";
import type { Theme } from "../state";
import { connect } from "../update/link";
import { complain } from "../update/notice";
import { say } from "./words";

const THEMES: readonly Theme[] = ["night", "day", "auto"];

export const PROGRAM_ACTIONS = {
  theme: (state, name) => {
    const shown = state.theme === "auto" ? (state.dark ? "night" : "day") : state.theme;
    const theme = name === "" ? (shown === "night" ? "day" : "night") : THEMES.find((known) => known === name);
    if (!theme) {
      complain(state, say("NO_SUCH_THEME", { name }));
      return [];
    }
    state.theme = theme;
    return [{ do: "keep_theme", theme }];
  },

  help: (state) => {
    state.dialog = { is: "help" };
    return [];
  },

  reconnect: (state) => {
    if (state.link.is === "connected" || state.link.is === "opening") return [];
    return connect(state);
  },
} satisfies Record<string, Handler>;
