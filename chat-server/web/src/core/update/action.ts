/** The page's handler for each row of the table of actions. */
import { ACTIONS, type ActionId } from "@proto";
import { MESSAGE_ACTIONS } from "../actions/message";
import { MOVE_ACTIONS } from "../actions/move";
import { PROGRAM_ACTIONS } from "../actions/program";
import { ROOM_ACTIONS } from "../actions/room";
import { WRITE_ACTIONS } from "../actions/write";
import type { Handler } from "../actions/handler";
import type { Effect } from "../effect";
import type { Stamp } from "../event";
import { isFriends } from "../friends";
import type { LateId } from "../late";
import { currentRoom, type State } from "../state";
import { say } from "../words";
import { complain, tell } from "./notice";
import { submit } from "./submit";

/** Those that the page does not have; the table says why, and a test compares the two. */
export type NotInPage = "editor" | "redraw" | "interrupt" | "quit";

/** An action without a handler here or in `core/late` does not compile. */
export const HANDLERS: Record<Exclude<ActionId, NotInPage | LateId>, Handler> = {
  // Sends what the composer holds, which may be a command and so come back here.
  send: (state, _, stamp) => submit(state, stamp),
  ...WRITE_ACTIONS,
  ...MESSAGE_ACTIONS,
  ...ROOM_ACTIONS,
  ...MOVE_ACTIONS,
  ...PROGRAM_ACTIONS,
};

/** Does it; `command` is the word by which it was called, empty when by a key. */
export function runAction(state: State, id: ActionId, argument: string, command: string, stamp: Stamp): Effect[] {
  const action = ACTIONS.find((action) => action.id === id);
  if (!action) return [];
  const handlers: Partial<Record<ActionId, Handler>> = { ...state.late?.handlers, ...HANDLERS };
  const handler = handlers[id];
  if (isMissing(state, id)) {
    tell(state, say("WAITING"));
    return [{ do: "load" }];
  }
  if (!handler) {
    complain(state, action.not_in_page);
    return [];
  }
  if (command && argument === "" && action.arguments.startsWith("<") && !OPTIONAL.has(id)) {
    complain(state, say("COMMAND_USAGE", { command, arguments: action.arguments }));
    return [];
  }
  const here = currentRoom(state);
  if (OF_ROOMS.has(id) && here && isFriends(here)) {
    complain(state, say("FRIENDS_ARE_NO_ROOM"));
    return [];
  }
  return handler(state, argument, stamp, command);
}

/** Whether what does it is still on its way, behind the page. */
export function isMissing(state: State, id: ActionId): boolean {
  const row = ACTIONS.find((action) => action.id === id);
  return !state.late && row?.not_in_page === "" && !(id in HANDLERS);
}

/** What is about a room's members and rules: where friends speak there is nothing to rule. */
const OF_ROOMS = new Set<ActionId>(["leave", "topic", "invite", "codes", "kick", "role", "settings"]);
/** What asks for the missing argument by itself. */
const OPTIONAL = new Set<ActionId>(["register", "sign_in", "reply", "edit", "react"]);
