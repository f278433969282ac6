/** Other words for an own message, and what was typed before. */
import type { Place } from "@proto";
import type { Effect } from "../effect";
import type { Stamp } from "../event";
import { mentioned } from "../mentions";
import { peopleOf } from "../people";
import { currentRoom, type LineKey, type RoomCopy, type State } from "../state";
import { placeOf, tooLong } from "../update/compose";
import { isEntering } from "../update/draft";
import { keep } from "../update/keep";
import { enqueue, fresh } from "../update/send";
import { stopTyping } from "../update/typing";
import { isMine, targetOf, textOf } from "./target";

/** Changes an own message: in the outbox while it was never sent, by an entry after that. */
export function edit(state: State, copy: RoomCopy, text: string, stamp: Stamp): Effect[] {
  if (copy.mode.is !== "edit" || isEntering(copy)) return [];
  const target = targetOf(state, copy.mode.target);
  if (text.trim() !== "" && tooLong(state, text)) return [];
  const done: Effect[] = [...stopTyping(state), { do: "focus", on: "composer" }];
  if (target && text.trim() !== "" && text !== textOf(target)) {
    return [...enterEdit(copy, text, stamp.id, changeText(state, copy, target.key, text, stamp)), ...done];
  }
  copy.draft = copy.mode.stash;
  copy.mode = { is: "say" };
  return done;
}

export function changeText(state: State, copy: RoomCopy, key: LineKey, text: string, stamp: Stamp): Effect[] {
  const target = targetOf(state, key);
  if (!target || !isMine(state, target)) return [];
  const content = { type: "text" as const, text };
  const mentions = mentioned(text, peopleOf(copy));
  const { place, client_id } = placeOf(state, key);
  const fields = { room: copy.room.id, target: place as Place, content, mentions };
  const points = client_id !== null ? { client_id, field: "target" as const } : null;
  const write = { name: "message:edit" as const, fields };
  if (target.is === "line" || target.item.is === "answered") return enqueue(state, write, stamp, points);
  // Storage knows whether any page has sent it by now.
  const otherwise = fresh(state, write, stamp, points);
  return keep(state, { is: "change", client_id: target.key, content, mentions, otherwise });
}

/** Goes through what was typed before. */
export function recall(state: State, by: number): Effect[] {
  const copy = currentRoom(state);
  if (!copy || state.inputs.length === 0) return [];
  const from = state.input_index ?? state.inputs.length;
  const to = Math.max(0, Math.min(state.inputs.length, from + by));
  copy.draft = state.inputs[to] ?? "";
  state.input_index = to === state.inputs.length ? null : to;
  return [];
}

/** The composer holds the words until they are stored; the draft beneath is not touched. */
function enterEdit(copy: RoomCopy, text: string, id: string, effects: Effect[]): Effect[] {
  if (effects.some((effect) => effect.do === "keep")) copy.entering.push({ id, text, mode: copy.mode });
  return effects;
}
