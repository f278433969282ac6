/** Ways into a room: invitations and join codes. */
import type { Entry, InviteCode, Line, RoomSummary } from "@proto";
import type { Handler } from "../actions";
import { askOnline } from "./rooms";
import type { Effect } from "../effect";
import type { Stamp } from "../event";
import { isCommon } from "../may";
import { currentRoom, listed, type State } from "../state";
import { ask } from "../update/ask";
import { complain, tell } from "../update/notice";
import { open } from "../update/rooms";
import { enqueue } from "../update/send";
import { askSync } from "../update/sync";
import { say } from "./words";
import { bare, seek } from "./find";

export const CODE_ACTIONS = {
  invite: (state, argument, stamp) => {
    const room = state.current;
    const name = bare(argument);
    if (room === null) return [];
    if (name) return seek(state, [name], { is: "invite", room }, stamp);
    return askOnline(state, "code:create", { room }, { is: "late", of: { is: "code_made", room } });
  },

  accept: (state, wish, stamp) => {
    const inbox = listed(state).find(({ room }) => room.kind === "inbox");
    if (!inbox || inbox.timeline.cursor) return accept(state, wish, inbox?.timeline.lines() ?? [], stamp);
    const purpose = { is: "late", of: { is: "invitations", wish } } as const;
    return askOnline(state, "history:read", { room: inbox.room.id, limit: state.limits.page_lines }, purpose);
  },

  codes: (state, argument) => {
    const copy = currentRoom(state);
    if (!copy) return [];
    const room = copy.room.id;
    const [, code] = /^end\s+(.+)$/i.exec(argument) ?? [];
    if (code) return endCode(state, room, readCode(code) ?? code);
    if (argument) {
      complain(state, say("COMMAND_USAGE", { command: "codes", arguments: "[end <code>]" }));
      return [];
    }
    const asked = askCodes(state, room);
    if (asked.length > 0) state.dialog = { is: "codes", room, codes: null, made: null };
    return asked;
  },
} satisfies Record<string, Handler>;

/** Takes up an invitation of the inbox, the newest or that of a room of that name; else a join code. */
export function accept(state: State, wish: string, lines: readonly (Line | Entry)[], stamp: Stamp): Effect[] {
  const name = wish.replace(/^#/, "").toLowerCase();
  const mine = name && listed(state).find((copy) => isCommon(copy) && copy.room.name === name);
  if (mine) return open(state, mine.room.id);
  // A removal ends the invitations of before.
  const ended = (room: string, at: number) =>
    lines.some((line, index) => index > at && line.kind === "removed" && line.room === room);
  const fits = lines.flatMap((line, at) => {
    const meant = line.kind === "invited" && (!name || line.name === name) && !ended(line.room, at);
    return meant ? [line.room] : [];
  });
  // One into a room that is mine by now leads there only where it is named.
  const room = fits.findLast((room) => !state.rooms.has(room)) ?? (name ? fits.at(-1) : undefined);
  if (room !== undefined) return comeIn(state, room, stamp);
  const code = readCode(wish);
  if (code !== null) return acceptCode(state, code);
  complain(state, say("NO_INVITATION"));
  return [];
}

export function acceptCode(state: State, code: string): Effect[] {
  return askOnline(state, "code:find", { code }, { is: "late", of: { is: "code_found", code } });
}

/** Becomes a member, and shows the room. */
export function comeIn(state: State, room: string, stamp: Stamp, code?: string): Effect[] {
  if (state.rooms.has(room)) return open(state, room);
  return enqueue(state, { name: "room:join", fields: { room, ...(code ? { code } : {}) } }, stamp);
}

export function onCodeFound(state: State, code: string, found: RoomSummary, stamp: Stamp): Effect[] {
  if (!found.joined || state.rooms.has(found.id)) return comeIn(state, found.id, stamp, code);
  state.wanted = found.id;
  return askSync(state);
}

export function endCode(state: State, room: string, code: string): Effect[] {
  return askOnline(state, "code:end", { room, code }, { is: "late", of: { is: "code_ended", room } });
}

export function onCodeMade(state: State, room: string, made: InviteCode): Effect[] {
  state.dialog = { is: "codes", room, codes: null, made };
  return askCodes(state, room);
}

/** What was ended is shown no more. */
export function onCodeEnded(state: State, room: string): Effect[] {
  tell(state, say("CODE_ENDED"));
  if (state.dialog?.is !== "codes") return [];
  state.dialog = { ...state.dialog, made: null };
  return ask(state, "code:list", { room }, { is: "late", of: { is: "codes", room } });
}

function askCodes(state: State, room: string): Effect[] {
  return askOnline(state, "code:list", { room }, { is: "late", of: { is: "codes", room } });
}

/** A join code as it is written: read in any case, with dashes and spaces anywhere, or out of a link. */
export function readCode(text: string): string | null {
  const bare = text
    .replace(/^.*\/join\/|\/$/g, "")
    .replace(/[-\s]/g, "")
    .toUpperCase();
  return /^[A-HJ-NP-Z2-9]{8}$/.test(bare) ? `${bare.slice(0, 4)}-${bare.slice(4)}` : null;
}
