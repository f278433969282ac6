/** The state of the connection, in the words that both clients use. */
import { say } from "./words";
import type { State } from "./state";

export type StatusWord = "connecting" | "connected" | "disconnected" | "reconnecting" | "failed";

export function status(state: State): { word: StatusWord; text: string } {
  const { link } = state;
  switch (link.is) {
    case "idle":
      return { word: "disconnected", text: say("DISCONNECTED") };
    case "connected":
      return { word: "connected", text: say("CONNECTED") };
    case "failed":
      return { word: "failed", text: say("FAILED", { reason: link.reason }) };
    case "opening":
      return state.tries === 0 && !state.ever_welcomed
        ? { word: "connecting", text: say("CONNECTING") }
        : { word: "reconnecting", text: say("RECONNECTING") };
    case "waiting": {
      if (!state.network) return { word: "disconnected", text: say("DISCONNECTED") };
      const seconds = Math.max(1, Math.ceil((link.until - state.now) / 1_000));
      return { word: "reconnecting", text: say("RECONNECTING_IN", { seconds }) };
    }
  }
}
