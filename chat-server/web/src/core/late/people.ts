/** Who somebody is, and what they may do. */
import type { RoomRole, ServerRole, User } from "@proto";
import type { Handler } from "../actions/handler";
import { askOnline } from "../actions/room";
import type { Effect } from "../effect";
import type { Stamp } from "../event";
import { currentRoom, type Person, type RoomCopy, type State } from "../state";
import { complain } from "../update/notice";
import { enqueue } from "../update/send";
import { say } from "../words";
import { addressed, bare, called, here, met, one, seek } from "./find";

const ROLES: readonly RoomRole[] = ["member", "moderator", "owner"];

export const PEOPLE_ACTIONS = {
  kick: (state, name) => {
    const copy = currentRoom(state);
    const user = copy && one(state, peopleIn(copy), bare(name));
    return copy && user ? wishKick(state, copy.room.id, user) : [];
  },

  role: (state, argument, stamp, command) => {
    const copy = currentRoom(state);
    const wish = roleIn(state, argument, "role", command);
    const user = copy && wish && one(state, peopleIn(copy), wish.name);
    return copy && user ? giveRole(state, copy.room.id, user.id, wish.role, stamp) : [];
  },

  server_role: (state, argument, stamp, command) => {
    const wish = roleIn(state, argument, "serverrole", command);
    return wish ? seek(state, [wish.name], { is: "server_role", role: wish.role }, stamp) : [];
  },

  whois: (state, argument, stamp) => {
    const name = bare(argument);
    // Who stands in the list beside the room is meant first; only the server knows the others.
    const near = called(here(state), name);
    return near.length === 1 ? lookAt(state, near[0]!) : seek(state, [name], { is: "whois" }, stamp);
  },

  direct: (state, argument, stamp) => {
    const { names, text } = addressed(argument, met(state));
    return seek(state, names, { is: "direct", text, id: stamp.id }, stamp);
  },

  claim: (state, code) => askOnline(state, "server:claim", { code }, { is: "late", of: { is: "claim" } }),
} satisfies Record<string, Handler>;

/** Those of a room; in a conversation also while the list is not here yet. */
function peopleIn(copy: RoomCopy): User[] {
  return copy.people.size > 0 ? [...copy.people.values()] : copy.others;
}

/** Reads `NAME ROLE`, or says what is wrong with it. */
function roleIn(
  state: State,
  argument: string,
  usual: string,
  command: string,
): { name: string; role: RoomRole } | null {
  const [, name, word] = /^(.*\S)\s+(\S+)$/.exec(argument) ?? [];
  const role = ROLES.find((role) => role === word?.toLowerCase());
  if (name && role) return { name: bare(name), role };
  const usage = { command: command || usual, arguments: "<name> <member|moderator|owner>" };
  complain(state, name && word ? say("NO_SUCH_ROLE", { role: word }) : say("COMMAND_USAGE", usage));
  return null;
}

export function wishKick(state: State, room: string, { id, name, identity }: Person): Effect[] {
  state.dialog = { is: "kick", room, user: { id, name, identity } };
  return [];
}

export function giveRole(state: State, room: string, user: string, role: RoomRole, stamp: Stamp): Effect[] {
  return enqueue(state, { name: "room:set_role", fields: { room, user, role } }, stamp);
}

/** Shows who somebody is. */
export function lookAt(state: State, { id, name, identity }: Person): Effect[] {
  state.dialog = { is: "person", room: state.current, user: { id, name, identity }, profile: null };
  return askOnline(state, "user:read", { user: id }, { is: "late", of: { is: "profile", user: id } });
}

export function inviteThem(state: State, room: string, people: readonly User[], stamp: Stamp): Effect[] {
  return people.flatMap(({ id: user }) => enqueue(state, { name: "room:invite", fields: { room, user } }, stamp));
}

export function raise(state: State, user: User, role: ServerRole): Effect[] {
  const purpose = { is: "late", of: { is: "server_role", user, role } } as const;
  return askOnline(state, "user:set_role", { user: user.id, role }, purpose);
}
