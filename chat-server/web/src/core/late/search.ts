/** Searching what was said, looking at what was found, and the ways back. */
import type { Entry, Hit, SearchRead, SearchReply } from "@proto";
import type { Handler } from "../actions";
import { NARROW } from "../layout";
import type { Effect } from "../effect";
import type { Wish } from "../late";
import { isShown, shownRooms } from "../friends";
import { scrollTo, standOf } from "../lines";
import { currentRoom, type LineKey, type Search, type Spot, type State } from "../state";
import { ask } from "../update/ask";
import { jumpTo } from "../update/history";
import { open } from "../update/rooms";
import { askSync } from "../update/sync";
import { say } from "./words";

export const SEARCH_ACTIONS = {
  search: (state, words) => {
    if (!words && state.search) return back(state);
    state.dialog = { ...fresh(), query: words, from: state.search?.from ?? null };
    state.search = null;
    return words ? seek(state) : [];
  },
} satisfies Record<string, Handler>;

function fresh(): Search {
  return {
    is: "search",
    query: "",
    asked: "",
    hits: [],
    more: null,
    answered: false,
    preparing: false,
    error: null,
    waits: null,
    picked: -1,
    top: 0,
    from: null,
  };
}

const shown = ({ dialog }: State): Search | null => (dialog?.is === "search" ? dialog : null);

export function typed(state: State, query: string): Effect[] {
  const search = shown(state);
  if (search) Object.assign(search, { query, picked: -1 });
  return [];
}

/** Asks what the field holds. */
export function seek(state: State): Effect[] {
  const search = shown(state);
  const query = search?.query.trim();
  if (!search || !query) return [];
  const effects = read(state, search, { query }, false);
  if (effects.length > 0) Object.assign(search, { ...fresh(), ...kept(search), asked: query });
  return effects;
}

/** What a new question leaves as it is. */
const kept = ({ query, waits, from }: Search) => ({ query, waits, from });

/** Asks how the hits go on. */
export function more(state: State): Effect[] {
  const search = shown(state);
  if (!search || search.more === null || search.waits !== null) return [];
  return read(state, search, { query: search.asked, before: search.more }, true);
}

function read(state: State, search: Search, request: SearchRead, more: boolean): Effect[] {
  const nr = state.next_rid;
  const effects = ask(state, "search:read", request, { is: "late", of: { is: "search", nr, more } });
  search.error = effects.length > 0 ? null : say("NO_CONNECTION");
  if (effects.length > 0) search.waits = nr;
  return effects;
}

/** The search that waits for that answer, also while one of its hits is looked at. */
function asking(state: State, nr: number): Search | null {
  const search = shown(state) ?? state.search;
  if (search?.waits !== nr) return null;
  search.waits = null;
  return search;
}

export function onHits(state: State, asked: { nr: number; more: boolean }, reply: SearchReply): Effect[] {
  const search = asking(state, asked.nr);
  if (!search) return [];
  const { more: next, preparing } = reply;
  const before = asked.more ? search.hits : [];
  const known = new Set(before.map(name));
  const hits = reply.hits.filter((hit) => !known.has(name(hit)));
  Object.assign(search, { hits: [...before, ...hits], more: next, preparing, answered: true });
  // A page ends where it has cost enough: whoever waits for a hit has not got one yet.
  return hits.length === 0 ? more(state) : [];
}

/** By which one hit is told from another. */
export const name = ({ room, entry }: Hit): string => `${room} ${entry.seq}`;

/** What was found reads as it does now; what was taken back is found no more. */
export function onAmended(state: State, room: string, entries: readonly Entry[]): void {
  const search = shown(state) ?? state.search;
  if (!search) return;
  for (const entry of entries) {
    if (entry.kind !== "edit" && entry.kind !== "delete") continue;
    const at = search.hits.findIndex((hit) => hit.room === room && hit.entry.seq === entry.target.seq);
    const hit = search.hits[at];
    if (hit?.entry.kind !== "message") continue;
    const reads = { ...hit, edited: true, highlights: [] };
    if (entry.kind === "edit") {
      search.hits = search.hits.with(at, { ...reads, entry: { ...hit.entry, content: entry.content } });
      continue;
    }
    search.hits = search.hits.toSpliced(at, 1);
    if (search.picked > at || search.picked === search.hits.length) search.picked--;
  }
}

export function onSearchRefused(state: State, nr: number, message: string): Effect[] {
  const search = asking(state, nr);
  if (search) search.error = message;
  return [];
}

/** Chooses another hit; before the first one is the field, after the last one the next page. */
export function move(state: State, by: number): Effect[] {
  const search = shown(state);
  if (!search) return [];
  const last = search.hits.length - 1;
  const to = search.picked + by;
  search.picked = Math.max(-1, Math.min(last, to));
  return to > last ? more(state) : [];
}

/** Shows a hit where it was said. */
export function look(state: State, { index, top, seen }: Extract<Wish, { is: "look" }>): Effect[] {
  const search = shown(state);
  const hit = search?.hits[index];
  if (!search || !hit) return [];
  Object.assign(search, { picked: index, top, error: null });
  const copy = state.rooms.get(hit.room);
  if (!copy || copy.timeline.epoch !== hit.epoch) {
    // It was found in what is not known here yet, or not mine any more.
    search.error = say(state.link.is === "connected" ? "WAITING" : "NO_CONNECTION");
    return askSync(state);
  }
  const { seq } = hit.entry;
  if (!copy.timeline.covered.contains(seq) && state.link.is !== "connected") {
    search.error = say("NO_CONNECTION");
    return [];
  }
  search.from ??= spot(state, seen);
  const effects = go(state, hit.room);
  // What is unread there is not read by looking elsewhere in the room.
  if (effects.length > 0) state.at_bottom = false;
  state.dialog = null;
  state.search = search;
  state.chosen = null;
  return [...effects, ...jumpTo(state, copy, seq)];
}

/** Goes into a room without a wish where to be in it. */
function go(state: State, room: string): Effect[] {
  if (state.width < NARROW) state.panels.rooms = null;
  const copy = state.rooms.get(room);
  if (copy && isShown(state, copy)) return [];
  return open(state, room).filter((effect) => effect.do !== "focus" && effect.do !== "scroll");
}

function spot(state: State, seen: Spot["seen"]): Spot | null {
  const copy = currentRoom(state);
  if (!copy) return null;
  const { previous, chosen, at_bottom } = state;
  const { anchor, room } = copy;
  const markers = new Map(shownRooms(state).map(({ room, marker }) => [room.id, marker]));
  return { room: room.id, previous, markers, anchor, chosen, seen: at_bottom && anchor === null ? null : seen };
}

/** Back to the hits as they were. */
export function back(state: State): Effect[] {
  if (!state.search) return [];
  state.jumping = null;
  state.dialog = state.search;
  state.search = null;
  return [];
}

/** Ends the search: back to where one was before it. */
export function close(state: State, stays: boolean): Effect[] {
  const from = stays ? null : shown(state)?.from;
  if (shown(state)) state.dialog = null;
  state.search = null;
  const focus: Effect = { do: "focus", on: "composer" };
  const copy = from && state.rooms.get(from.room);
  if (!from || !copy) return [focus];
  const { seen, anchor, chosen } = from;
  const effects = go(state, from.room);
  const { covered } = copy.timeline;
  const held = seen !== null && isHeld(state, seen.key);
  state.jumping = null;
  state.previous = from.previous;
  state.at_bottom = !held;
  state.chosen = chosen !== null && standOf(state, chosen) && !isHeld(state, chosen) ? null : chosen;
  for (const one of shownRooms(state)) one.marker = from.markers.get(one.room.id) ?? null;
  copy.anchor = held && anchor !== null && covered.contains(anchor) ? anchor : null;
  const where: Effect = { do: "scroll", to: held ? scrollTo(seen.key, seen.top) : "bottom" };
  return [...effects, where, state.chosen === null ? focus : { do: "focus", on: "log" }];
}

function isHeld(state: State, key: LineKey): boolean {
  const stand = standOf(state, key);
  return stand !== null && stand.copy.timeline.covered.contains(stand.seq);
}
