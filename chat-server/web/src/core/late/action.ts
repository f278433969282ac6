/** The page's handler for each row of the table of actions. */
import { ACTIONS } from "@late";
import type { ActionId } from "@proto";
import { FIRST, type Handler } from "../actions";
import type { Effect } from "../effect";
import type { Stamp } from "../event";
import { isFriends } from "../friends";
import { currentRoom, type State } from "../state";
import { complain } from "../update/notice";
import { say } from "./words";
import { BOT_ACTIONS } from "./bots";
import { CODE_ACTIONS } from "./codes";
import { FRIEND_ACTIONS } from "./friends";
import { MESSAGE_ACTIONS } from "./message";
import { MOVE_ACTIONS } from "./move";
import { PEOPLE_ACTIONS } from "./people";
import { PROGRAM_ACTIONS } from "./program";
import { RULE_ACTIONS } from "./room";
import { ROOM_ACTIONS } from "./rooms";
import { SEARCH_ACTIONS } from "./search";
import { WRITE_ACTIONS } from "./write";
import { YOU_ACTIONS } from "./you";

/** Those that the page does not have; the table says why, and a test compares the two. */
export type NotInPage = "editor" | "redraw" | "interrupt" | "quit";

/** An action without a handler does not compile. */
export const HANDLERS: Record<Exclude<ActionId, NotInPage>, Handler> = {
  ...FIRST,
  ...WRITE_ACTIONS,
  ...MESSAGE_ACTIONS,
  ...ROOM_ACTIONS,
  ...MOVE_ACTIONS,
  ...PROGRAM_ACTIONS,
  ...PEOPLE_ACTIONS,
  ...BOT_ACTIONS,
  ...CODE_ACTIONS,
  ...FRIEND_ACTIONS,
  ...RULE_ACTIONS,
  ...SEARCH_ACTIONS,
  ...YOU_ACTIONS,
};

/** Does it; `command` is the word by which it was called, empty when by a key. */
export function runAction(state: State, id: ActionId, argument: string, command: string, stamp: Stamp): Effect[] {
  const action = ACTIONS.find((action) => action.id === id);
  if (!action) return [];
  const handler = (HANDLERS as Partial<Record<ActionId, Handler>>)[id];
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

/** What is about a room's members and rules: where friends speak there is nothing to rule. */
const OF_ROOMS = new Set<ActionId>(["leave", "topic", "invite", "codes", "kick", "role", "settings"]);
/** What asks for the missing argument by itself. */
const OPTIONAL = new Set<ActionId>(["register", "sign_in", "reply", "edit", "react"]);
