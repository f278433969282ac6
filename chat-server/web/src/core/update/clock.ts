/** What the clock alone brings about, and when to look at it again. */
import type { Effect } from "../effect";
import type { Stamp } from "../event";
import { nextDue } from "../outbox";
import { isShown } from "../friends";
import type { State } from "../state";
import { look } from "./keep";
import { askSync } from "./sync";
import { catchUp, onPageRefused } from "./history";
import { awayDue, linkDue, onLinkTime } from "./link";
import { setAway } from "./presence";
import { markDue } from "./read";

/** After so long a question without an answer is given up. */
const ANSWER_MS = 15_000;

export function onTick(state: State, stamp: Stamp): Effect[] {
  const { now } = state;
  const effects = onLinkTime(state, stamp.random);
  if (now >= state.sync_at) {
    state.sync_at = now + state.limits.sync_ms;
    effects.push(...askSync(state));
  }
  if (now >= state.outbox.look_at) effects.push(...look(state));
  if (now >= awayDue(state)) effects.push(...setAway(state, "idle"));
  for (const copy of state.rooms.values()) {
    if (copy.gap_at !== null && now >= copy.gap_at) effects.push(...catchUp(state, copy));
    if (copy.typing.users.length > 0 && now >= copy.typing.until) copy.typing.users = [];
  }
  if (state.notice && now >= state.notice.until) state.notice = null;
  effects.push(...giveUp(state));
  return effects;
}

function giveUp(state: State): Effect[] {
  const effects: Effect[] = [];
  for (const [rid, { purpose, sent_at }] of state.requests) {
    if (state.now < sent_at + ANSWER_MS) continue;
    state.requests.delete(rid);
    if (purpose.is === "history") {
      effects.push(...onPageRefused(state, purpose, null));
      const copy = state.rooms.get(purpose.room);
      if (copy && (purpose.direction === "gap" || purpose.direction === "head")) copy.gap_at = state.now;
    }
    if (purpose.is === "late") effects.push(...(state.late?.onError(state, purpose.of, null) ?? []));
    if (purpose.is === "sync") effects.push(...askSync(state));
  }
  return effects;
}

/** The next moment at which a tick has something to do. */
export function deadline(state: State): number {
  const times = [linkDue(state), state.sync_at, awayDue(state), markDue(state)];
  if (state.link.is === "connected") times.push(nextDue(state.outbox, state.now, state.tab), state.outbox.look_at);
  for (const copy of state.rooms.values()) {
    if (copy.gap_at !== null && state.link.is === "connected") times.push(copy.gap_at);
    if (copy.typing.users.length > 0 && isShown(state, copy)) times.push(copy.typing.until);
  }
  if (state.notice) times.push(state.notice.until);
  for (const { sent_at } of state.requests.values()) times.push(sent_at + ANSWER_MS);
  return Math.min(...times);
}
