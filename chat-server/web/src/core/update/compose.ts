/** From the composer's text to what is sent. */
import type { Place } from "@proto";
import type { Effect } from "../effect";
import type { Stamp } from "../event";
import { isMine, targetOf, textOf } from "../lines";
import { mentioned } from "../mentions";
import { find, remove } from "../outbox";
import { peopleOf } from "../people";
import { currentRoom, type LineKey, type RoomCopy, type State } from "../state";
import { bytes } from "../text";
import { say } from "../words";
import { complain } from "./notice";
import { enqueue } from "./send";
import { stopTyping } from "./typing";

const INPUTS = 100;

/** Says something in the current room, as the answer that the composer holds, if it holds one. */
export function sayIt(state: State, text: string, stamp: Stamp): Effect[] {
  const copy = currentRoom(state);
  if (!copy || text.trim() === "" || tooLong(state, text)) return [];
  const reply = copy.mode.is === "reply" ? placeOf(state, copy, copy.mode.to) : { place: null, client_id: null };
  remember(state, copy.draft || text);
  copy.mode = { is: "say" };
  copy.draft = "";
  copy.anchor = null;
  state.chosen = null;
  const fields = {
    room: copy.room.id,
    content: { type: "text" as const, text },
    mentions: mentioned(text, peopleOf(copy)),
    ...(reply.place ? { reply_to: reply.place } : {}),
  };
  const points = reply.client_id !== null ? { client_id: reply.client_id, field: "reply_to" as const } : null;
  return [
    ...enqueue(state, { name: "message:send", fields }, stamp, points),
    ...stopTyping(state),
    { do: "scroll", to: "bottom" },
    { do: "focus", on: "composer" },
  ];
}

/** Changes an own message: in the outbox while it was never sent, by an entry after that. */
export function edit(state: State, copy: RoomCopy, text: string, stamp: Stamp): Effect[] {
  if (copy.mode.is !== "edit") return [];
  const target = targetOf(state, copy.mode.target);
  const { stash } = copy.mode;
  if (text.trim() !== "" && tooLong(state, text)) return [];
  copy.mode = { is: "say" };
  copy.draft = stash;
  const done: Effect[] = [...stopTyping(state), { do: "focus", on: "composer" }];
  if (!target || text.trim() === "" || text === textOf(target)) return done;
  return [...changeText(state, copy, target.key, text, stamp), ...done];
}

export function changeText(state: State, copy: RoomCopy, key: LineKey, text: string, stamp: Stamp): Effect[] {
  const target = targetOf(state, key);
  if (!target || !isMine(state, target)) return [];
  const content = { type: "text" as const, text };
  const mentions = mentioned(text, peopleOf(copy));
  if (target.is === "item" && (!target.item.emitted || target.item.is === "failed")) {
    const { item } = target;
    // Another text is another message to the server: a failed one gets a new id.
    const former = item.client_id;
    if (item.is === "failed") {
      remove(state.outbox, item);
      state.outbox.items.push(Object.assign(item, { is: "waiting", error: null, client_id: stamp.id, emitted: false }));
    }
    item.fields = { ...item.fields, content, mentions };
    item.stored = false;
    const forget: Effect[] = former === item.client_id ? [] : [{ do: "forget", client_ids: [former] }];
    return [...forget, { do: "save", items: [item] }];
  }
  const { place, client_id } = placeOf(state, copy, key);
  const fields = { room: copy.room.id, target: place as Place, content, mentions };
  const points = client_id !== null ? { client_id, field: "target" as const } : null;
  return enqueue(state, { name: "message:edit", fields }, stamp, points);
}

/** Where a message stands; one without a place yet is pointed at by its client id. */
export function placeOf(state: State, copy: RoomCopy, key: LineKey): { place: Place | null; client_id: string | null } {
  if (typeof key === "string") {
    const place = find(state.outbox, key)?.place ?? null;
    return { place, client_id: place ? null : key };
  }
  const line = copy.timeline.line(key);
  return { place: line && { epoch: copy.timeline.epoch, seq: line.seq, id: line.id }, client_id: null };
}

function tooLong(state: State, text: string): boolean {
  const size = bytes(text);
  const most = state.limits.text;
  if (size > most) complain(state, say("TOO_LONG", { size, most }));
  return size > most;
}

export function remember(state: State, text: string): void {
  state.inputs = [...state.inputs.filter((known) => known !== text), text].slice(-INPUTS);
  state.input_index = null;
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
