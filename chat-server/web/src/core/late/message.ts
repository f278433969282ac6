/** What is done with a chosen message; without a chosen one, with the last that fits. */
import type { Handler } from "../actions";
import type { Effect } from "../effect";
import { isPlace } from "../friends";
import { scrollTo } from "../lines";
import { keepsOrder } from "../may";
import { find } from "../outbox";
import { currentRoom, type LineKey, type State } from "../state";
import type { Stamp } from "../event";
import { oneLine } from "../text";
import { placeOf, sayIt } from "../update/compose";
import { jumpTo } from "../update/history";
import { complain } from "../update/notice";
import { keep } from "../update/keep";
import { enqueue, fresh } from "../update/send";
import { say } from "./words";
import { changeText } from "./edit";
import { askedBy } from "./friends";
import { firstLink } from "./link";
import { authorOf, isMine, keys, meant, targetOf, textOf, type Target } from "./target";

const FOCUS: Effect = { do: "focus", on: "composer" };

export const MESSAGE_ACTIONS = {
  select_message: (state) => moveChoice(state, -1),

  reply: (state, text, stamp) => {
    const copy = currentRoom(state);
    const target = meant(state, (target) => !isMine(state, target)) ?? meant(state, () => true);
    if (!copy || !target) return [];
    if (target.is === "line" && !isPlace(target.copy)) {
      complain(state, say("FRIEND_WRITES_ALONE", { name: oneLine(authorOf(state, target)) }));
      return [];
    }
    copy.mode = { is: "reply", to: target.key, name: authorOf(state, target) };
    state.chosen = null;
    return text ? sayIt(state, text, stamp) : [FOCUS];
  },

  edit: (state, text, stamp) => {
    const copy = currentRoom(state);
    const target = ownTarget(state);
    if (!copy || !target) return [];
    state.chosen = null;
    if (text) return changeText(state, copy, target.key, text, stamp);
    const stash = copy.mode.is === "edit" ? copy.mode.stash : copy.draft;
    copy.mode = { is: "edit", target: target.key, stash };
    copy.draft = textOf(target);
    return [FOCUS];
  },

  delete: (state) => {
    const copy = currentRoom(state);
    // Who keeps order in the room takes back what others said, too, where it was chosen.
    const chosen = copy && state.chosen !== null && keepsOrder(state, copy) ? targetOf(state, state.chosen) : null;
    const target = chosen ?? ownTarget(state);
    if (target) state.dialog = { is: "delete", key: target.key };
    return [];
  },

  copy: (state) => {
    const target = meant(state, () => true);
    return target ? [{ do: "copy", text: textOf(target) }] : [];
  },

  open_link: (state) => {
    const target = meant(state, (target) => firstLink(textOf(target)) !== null);
    const url = target && firstLink(textOf(target));
    if (url) return [{ do: "open", url }];
    complain(state, say("NO_LINK"));
    return [];
  },

  jump_to_quoted: (state, _, stamp) => {
    const user = askedBy(state);
    if (user) return state.late?.onWish(state, { is: "befriend", step: "accept", user }, stamp) ?? [];
    const target = state.chosen === null ? null : targetOf(state, state.chosen);
    const quoted = target?.is === "line" ? target.line.reply_to : null;
    return target?.is === "line" && quoted ? jumpTo(state, target.copy, quoted.seq) : [];
  },

  retry: (state, _, stamp) => {
    const item = failedItem(state);
    if (!item) return [];
    state.chosen = null;
    return [...keep(state, { is: "retry", client_id: item.client_id, fresh: stamp.id, by: state.tab }), FOCUS];
  },

  discard: (state) => {
    const item = failedItem(state) ?? unsentItem(state);
    if (!item) return [];
    if (item.maybe_stored) {
      // It was sent, and nobody has refused it: who believed it discarded would be wrong.
      complain(state, say("NOT_SENT", { reason: item.error?.message ?? "" }));
      return [];
    }
    state.chosen = null;
    return [...keep(state, { is: "withdraw", client_id: item.client_id, otherwise: null }), FOCUS];
  },
} satisfies Record<string, Handler>;

/** Sets a reaction of mine, or takes it back where it stands. */
export function react(state: State, key: LineKey, emoji: string, stamp: Stamp): Effect[] {
  const target = targetOf(state, key);
  const copy = target?.is === "line" ? target.copy : currentRoom(state);
  if (!copy || !target) return [];
  state.chosen = null;
  const { place, client_id } = placeOf(state, key);
  const on = !standsMine(state, target, copy.room.id, emoji);
  const fields = { room: copy.room.id, target: place!, emoji, on };
  const points = client_id !== null ? { client_id, field: "target" as const } : null;
  return [...enqueue(state, { name: "message:react", fields }, stamp, points), FOCUS];
}

/** Whether my reaction stands, with what is still under way. */
function standsMine(state: State, target: Target, room: string, emoji: string): boolean {
  const line = target.is === "line" ? target.line : null;
  const own = state.outbox.items.findLast(
    (item) =>
      item.name === "message:react" &&
      item.is !== "failed" &&
      item.fields.emoji === emoji &&
      item.fields.room === room &&
      (item.points_at ? item.points_at.client_id === target.key : item.fields.target.seq === line?.seq),
  );
  if (own?.name === "message:react") return own.fields.on;
  return line?.reactions.some((reaction) => reaction.emoji === emoji && reaction.mine) ?? false;
}

/** Yes to the question: takes an own message back, or withdraws what was never sent. */
export function deleteIt(state: State, key: LineKey, stamp: Stamp): Effect[] {
  const copy = currentRoom(state);
  const target = targetOf(state, key);
  if (!copy || !target) return [];
  state.chosen = null;
  const { place, client_id } = placeOf(state, key);
  const points = client_id !== null ? { client_id, field: "target" as const } : null;
  const write = { name: "message:delete" as const, fields: { room: copy.room.id, target: place! } };
  if (target.is === "line" || target.item.is === "answered") return [...enqueue(state, write, stamp, points), FOCUS];
  // Storage knows whether any page has sent it by now.
  const otherwise = fresh(state, write, stamp, points);
  return [...keep(state, { is: "withdraw", client_id: target.key, otherwise }), FOCUS];
}

/** Chooses another message; past the newest one it is back to the composer. */
export function moveChoice(state: State, by: number): Effect[] {
  const all = keys(state);
  if (all.length === 0) return [];
  const at = state.chosen === null ? all.length : all.indexOf(state.chosen);
  const to = Math.max(0, at + by);
  const key = all[to];
  state.chosen = key ?? null;
  if (key === undefined) return [FOCUS];
  return [
    { do: "scroll", to: scrollTo(key) },
    { do: "focus", on: "log" },
  ];
}

function ownTarget(state: State): Target | null {
  const target = meant(state, (target) => isMine(state, target));
  if (target && isMine(state, target)) return target;
  complain(state, say(target ? "NOT_YOURS" : "NO_OWN_MESSAGE"));
  return null;
}

function failedItem(state: State) {
  // What failed only because of the message that it points at is decided with that message.
  const items = state.outbox.items.filter((item) => item.points_at === null || item.name === "message:send");
  const chosen = state.chosen;
  const ofChosen = items.find(
    (item) =>
      item.is === "failed" &&
      (item.client_id === chosen || (item.name === "message:edit" && item.fields.target?.seq === chosen)),
  );
  if (chosen !== null) return ofChosen ?? null;
  return items.findLast((item) => item.is === "failed") ?? null;
}

function unsentItem(state: State) {
  const item = typeof state.chosen === "string" ? find(state.outbox, state.chosen) : null;
  return item && !item.emitted ? item : null;
}
