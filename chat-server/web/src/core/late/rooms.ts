/** Rooms. */
import type { Handler } from "../actions";
import type { Effect } from "../effect";
import { isFriends, isPlace, shownRooms } from "../friends";
import { showPeople } from "../layout";
import { standOf } from "../lines";
import { currentRoom, listed, unread, unreadAt, type State } from "../state";
import type { Requests, Visibility } from "@proto";
import type { Stamp } from "../event";
import { soughtBy } from "../called";
import { isCommon } from "../may";
import type { Purpose } from "../state";
import { ask } from "../update/ask";
import { jumpTo } from "../update/history";
import { complain, tell } from "../update/notice";
import { mark } from "../update/read";
import { open } from "../update/rooms";
import { enqueue } from "../update/send";
import { say } from "./words";
import { markUnread } from "./unread";

export const ROOM_ACTIONS = {
  join: (state, name) => join(state, name),

  leave: (state, _, stamp) => {
    const copy = currentRoom(state);
    return copy ? enqueue(state, { name: "room:leave", fields: { room: copy.room.id } }, stamp) : [];
  },

  create: (state, argument, stamp) => create(state, argument, stamp),

  topic: (state, text, stamp) => {
    const copy = currentRoom(state);
    if (!copy) return [];
    const { name: room, topic } = copy.room;
    if (text) {
      const fields = { room: copy.room.id, topic: text === "-" ? "" : text };
      return enqueue(state, { name: "room:set_topic", fields }, stamp);
    }
    tell(state, topic ? say("TOPIC_IS", { room, topic }) : say("NO_TOPIC", { room }));
    return [];
  },

  list_rooms: (state, query) => {
    state.dialog = { is: "rooms", query, rooms: null, more: false };
    return askOnline(state, "room:list", query ? { query } : {}, { is: "list", more: false });
  },

  members: (state) => showPeople(state, true),

  next_room: (state) => step(state, 1),
  previous_room: (state) => step(state, -1),

  room_by_number: (state, number) => {
    const copy = listed(state)[Number(number.replace(/^Alt\+/, "")) - 1];
    return copy ? open(state, copy.room.id) : [];
  },

  last_room: (state) => (state.previous !== null ? open(state, state.previous) : []),
  next_unread: (state) => nextUnread(state),

  first_unread: (state) => {
    const copy = currentRoom(state);
    if (copy && isFriends(copy)) return state.late?.friends.firstUnread(state) ?? [];
    if (!copy || copy.marker === null) return [];
    const first = copy.timeline.lines(copy.marker + 1)[0];
    return jumpTo(state, copy, first && copy.timeline.covered.contains(copy.marker + 1) ? first.seq : copy.marker + 1);
  },

  switcher: (state, words) => {
    const exact = words && listed(state).find((copy) => soughtBy(copy) === words.replace(/^#/, "").toLowerCase());
    if (exact) return open(state, exact.room.id);
    state.dialog = { is: "switcher", query: words };
    return [];
  },

  mark_read: (state) => {
    const rooms = shownRooms(state).filter((copy) => isPlace(copy) || unread(copy).unread > 0);
    return rooms.flatMap((copy) => {
      copy.kept_unread = false;
      return mark(state, copy);
    });
  },

  mark_unread: (state) => {
    const from = state.chosen !== null && standOf(state, state.chosen);
    if (!from) return [];
    const { copy, seq } = from;
    return (isFriends(copy) ? state.late?.friends.unreadFrom(state, copy, seq) : markUnread(state, copy, seq)) ?? [];
  },
} satisfies Record<string, Handler>;

/** Makes a room of `NAME [topic]`. */
export function create(state: State, argument: string, stamp: Stamp, visibility?: Visibility): Effect[] {
  const [name = "", ...rest] = argument.split(/\s+/);
  const topic = rest.join(" ");
  const more = { ...(topic ? { topic } : {}), ...(visibility ? { visibility } : {}) };
  return enqueue(state, { name: "room:create", fields: { name: name.replace(/^#/, ""), ...more } }, stamp);
}

/** Goes to a room of mine, or joins the one of that name. */
export function join(state: State, wished: string): Effect[] {
  const name = wished.trim().replace(/^#/, "");
  const mine = listed(state).find((copy) => isCommon(copy) && copy.room.name === name.toLowerCase());
  if (mine) return open(state, mine.room.id);
  return askOnline(state, "room:find", { name }, { is: "find", name });
}

/** Asks, or says that nobody can be asked. */
export function askOnline<Name extends keyof Requests>(
  state: State,
  name: Name,
  request: Requests[Name]["request"],
  purpose: Purpose,
): Effect[] {
  const effects = ask(state, name, request, purpose);
  if (effects.length === 0) complain(state, say("NO_CONNECTION"));
  return effects;
}

/** The room so many places further down the list, around its ends. */
function step(state: State, by: number): Effect[] {
  const rooms = listed(state);
  const at = rooms.findIndex(({ room }) => room.id === state.current);
  const next = rooms[(at + by + rooms.length) % rooms.length];
  return next ? open(state, next.room.id) : [];
}

/** The next room below with something unread, mentions first. */
function nextUnread(state: State): Effect[] {
  const rooms = listed(state);
  const at = rooms.findIndex(({ room }) => room.id === state.current);
  const after = [...rooms.slice(at + 1), ...rooms.slice(0, Math.max(0, at))];
  const waits = after.map((copy) => ({ copy, ...unreadAt(state, copy) })).filter(({ unread }) => unread > 0);
  const next = (waits.find(({ mentions }) => mentions > 0) ?? waits[0])?.copy;
  return next ? open(state, next.room.id) : [];
}
