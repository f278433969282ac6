/** Telling that one types: at most every three seconds, and when it ends. */
import type { Effect } from "../effect";
import { silence } from "../may";
import { currentRoom, type State } from "../state";
import { isCommand } from "../text";
import { ask } from "./ask";

const EVERY_MS = 3_000;

export function typed(state: State, text: string): Effect[] {
  const copy = currentRoom(state);
  if (!copy) return [];
  copy.draft = text;
  state.input_index = null;
  if (text.trim() === "" || isCommand(text) || silence(state, copy)) return stopTyping(state);
  const { typing_sent: sent } = state;
  if (sent?.room === copy.room.id && state.now < sent.at + EVERY_MS) return [];
  if (state.link.is !== "connected") return [];
  state.typing_sent = { room: copy.room.id, at: state.now };
  return ask(state, "typing:set", { room: copy.room.id, typing: true }, { is: "quiet" });
}

export function stopTyping(state: State): Effect[] {
  const { typing_sent: sent } = state;
  state.typing_sent = null;
  // After its time it has ended by itself.
  if (!sent || state.now > sent.at + state.limits.typing_ms) return [];
  return ask(state, "typing:set", { room: sent.room, typing: false }, { is: "quiet" });
}
