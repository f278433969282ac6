/** What several components ask of the state. */
import { readable } from "../core/color";
import type { State } from "../core/state";

export function themeOf(state: State): "night" | "day" {
  return state.theme === "auto" ? (state.dark ? "night" : "day") : state.theme;
}

export function colorOf(state: State, color: string): string {
  return readable(color, themeOf(state));
}
