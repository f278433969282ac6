/** From the composer's text to what is sent. */
import type { Place } from "@proto";
import type { Effect } from "../effect";
import type { Stamp } from "../event";
import { standOf } from "../lines";
import { mentioned } from "../mentions";
import { silence } from "../may";
import { find } from "../outbox";
import { peopleOf } from "../people";
import { currentRoom, type LineKey, type State } from "../state";
import { bytes } from "../text";
import { say } from "../words";
import { isEntering } from "./draft";
import { complain } from "./notice";
import { enqueue } from "./send";
import { stopTyping } from "./typing";

const INPUTS = 100;

/** Says something in the current room, as the answer that the composer holds, if it holds one. */
export function sayIt(state: State, text: string, stamp: Stamp): Effect[] {
  const copy = currentRoom(state);
  if (!copy || text.trim() === "" || tooLong(state, text)) return [];
  const silent = silence(state, copy);
  if (silent) {
    complain(state, say(silent));
    return [];
  }
  const answers = copy.mode.is === "reply" && !isEntering(copy);
  const reply = answers && copy.mode.is === "reply" ? placeOf(state, copy.mode.to) : NOWHERE;
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
    { do: "focus", on: "composer" },
  ];
}

const NOWHERE = { place: null, client_id: null };

/** Where a message stands; one without a place yet is pointed at by its client id. */
export function placeOf(state: State, key: LineKey): { place: Place | null; client_id: string | null } {
  const stand = standOf(state, key);
  if (!stand) {
    const place = find(state.outbox, String(key))?.place ?? null;
    return { place, client_id: place ? null : String(key) };
  }
  const { timeline } = stand.copy;
  const line = timeline.line(stand.seq);
  return { place: line && { epoch: timeline.epoch, seq: line.seq, id: line.id }, client_id: null };
}

export function tooLong(state: State, text: string): boolean {
  const size = bytes(text);
  const most = state.limits.text;
  if (size > most) complain(state, say("TOO_LONG", { size, most }));
  return size > most;
}

export function remember(state: State, text: string): void {
  state.inputs = [...state.inputs.filter((known) => known !== text), text].slice(-INPUTS);
  state.input_index = null;
}
