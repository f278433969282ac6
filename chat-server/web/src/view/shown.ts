/** What several components ask of the state. */
import { readable } from "../core/color";
import type { Presence } from "@proto";
import type { State } from "../core/state";
import { say } from "../core/words";

export function themeOf(state: State): "night" | "day" {
  return state.theme === "auto" ? (state.dark ? "night" : "day") : state.theme;
}

/** Whether somebody is here, as a word. */
export function presenceWord(presence: Presence): string {
  return say(presence === "online" ? "CONNECTED" : presence === "away" ? "AWAY" : "DISCONNECTED");
}

export function colorOf(state: State, color: string): string {
  return readable(color, themeOf(state));
}
