/** Answers, sent to what asked. */
import type {
  Answer,
  Error as WireError,
  Page,
  ReadPosition,
  RoomListReply,
  RoomMembersReply,
  RoomSummary,
  SyncReply,
} from "@proto";
import type { Effect } from "../effect";
import type { Stamp } from "../event";
import type { Purpose, State } from "../state";
import { meet } from "../people";
import { onPage, onPageRefused } from "./history";
import { complain } from "./notice";
import { figures } from "./read";
import { open } from "./rooms";
import { enqueue, onRefused, onStored } from "./send";
import { askSync, onSync } from "./sync";

export function onAnswer(state: State, answer: Answer, stamp: Stamp): Effect[] {
  const asked = answer.rid === null ? undefined : state.requests.get(answer.rid);
  if (!asked || answer.rid === null) return [];
  state.requests.delete(answer.rid);
  if ("ok" in answer) return onOk(state, asked.purpose, answer.ok, stamp);
  return onError(state, asked.purpose, answer.rid, answer.error, stamp);
}

function onOk(state: State, purpose: Purpose, ok: unknown, stamp: Stamp): Effect[] {
  switch (purpose.is) {
    case "outbox":
      return onStored(state, purpose.client_id, ok);
    case "sync":
      return onSync(state, ok as SyncReply, stamp.random, true);
    case "history":
      return onPage(state, purpose, ok as Page);
    case "find":
      return onFound(state, ok as RoomSummary, stamp);
    case "list": {
      const { rooms, more } = ok as RoomListReply;
      if (state.dialog?.is !== "rooms") return [];
      state.dialog = { ...state.dialog, rooms: purpose.more ? [...(state.dialog.rooms ?? []), ...rooms] : rooms, more };
      return [];
    }
    case "members": {
      const { online, total, members } = ok as RoomMembersReply;
      const copy = state.rooms.get(purpose.room);
      if (!copy) return [];
      Object.assign(copy, { online, total, people_whole: true });
      copy.people.clear();
      for (const member of members) meet(copy, member);
      return [];
    }
    case "mark_read": {
      const copy = state.rooms.get(purpose.room);
      if (copy) figures(copy, ok as ReadPosition);
      return [];
    }
    case "late":
      return state.late?.onOk(state, purpose.of, ok, stamp) ?? [];
    case "quiet":
      return [];
  }
}

/** `/join`: the room of that name; it is shown as soon as it is mine. */
function onFound(state: State, found: RoomSummary, stamp: Stamp): Effect[] {
  if (state.rooms.has(found.id)) return open(state, found.id);
  if (found.joined) {
    state.wanted = found.id;
    return askSync(state);
  }
  return enqueue(state, { name: "room:join", fields: { room: found.id } }, stamp);
}

function onError(state: State, purpose: Purpose, rid: string, error: WireError, stamp: Stamp): Effect[] {
  switch (purpose.is) {
    case "outbox":
      return onRefused(state, purpose.client_id, rid, error, stamp.random);
    case "history":
      return onPageRefused(state, purpose, error);
    case "sync":
      state.sync_at = state.now + (error.retry_after_ms ?? 2_000);
      return [];
    case "mark_read":
      return error.code === "epoch_changed" ? askSync(state) : [];
    case "find":
    case "list":
    case "members":
      complain(state, error.message);
      return [];
    case "late":
      return state.late?.onError(state, purpose.of, error) ?? [];
    case "quiet":
      return [];
  }
}
