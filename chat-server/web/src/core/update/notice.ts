/** The one line above the composer that tells what happened. */
import type { State } from "../state";

const PLAIN_MS = 6_000;
const ERROR_MS = 15_000;

export function tell(state: State, text: string): void {
  state.notice = { text, tone: "plain", until: state.now + PLAIN_MS };
}

export function complain(state: State, text: string): void {
  state.notice = { text, tone: "error", until: state.now + ERROR_MS };
}
