/** People by the names that somebody types. */
import type { User } from "@proto";
import type { Effect } from "../effect";
import type { Stamp } from "../event";
import type { Sought } from "../late";
import { currentRoom, type Person, type State } from "../state";
import { oneLine } from "../text";
import { ask } from "../update/ask";
import { complain } from "../update/notice";
import { say } from "./words";
import { befriend } from "./friends";
import { giveRole, inviteThem, lookAt, raise, wishKick } from "./people";
import { talk } from "./talk";

/** A name as it was typed, without the sign of mentions. */
export const bare = (name: string): string => name.trim().replace(/^@/, "");

/** `NAME[,NAME] [text]`. A name is one word, unless it is that of somebody whom the page has met. */
export function addressed(argument: string, people: readonly Person[]): { names: string[]; text: string } {
  const known = people.map(({ name }) => name).sort((a, b) => b.length - a.length);
  const names: string[] = [];
  let rest = argument;
  do {
    rest = bare(rest.replace(/^,/, ""));
    const begins = (name: string) => rest.toLowerCase().startsWith(name.toLowerCase());
    const whole = known.find((name) => begins(name) && /^(?:[\s,]|$)/.test(rest.slice(name.length)));
    const name = whole ?? /^[^\s,]*/.exec(rest)![0];
    if (name) names.push(name);
    rest = rest.slice(name.length).trimStart();
  } while (rest.startsWith(","));
  return { names, text: rest.trim() };
}

/** Those who are called so: by the name to sign in by, which is one person's alone, else as they are drawn. */
export function called<Of extends Person>(people: readonly Of[], name: string): Of[] {
  const wanted = name.toLowerCase();
  const signs = people.filter(({ identity }) => identity?.toLowerCase() === wanted);
  return signs.length > 0 ? signs : people.filter((person) => person.name.toLowerCase() === wanted);
}

/** The one who is called so; else it is said why there is none. */
export function one<Of extends Person>(state: State, people: readonly Of[], name: string): Of | null {
  const found = called(people, name);
  if (found.length === 1) return found[0]!;
  const names = found.map(({ name, identity }) => identity ?? oneLine(name)).join(", ");
  complain(state, found.length ? say("SEVERAL_PEOPLE", { user: name, names }) : say("NOBODY", { user: name }));
  return null;
}

/** Looks these people up; without a connection among those whom the page has met. */
export function seek(state: State, names: readonly string[], sought: Sought, stamp: Stamp): Effect[] {
  const [next] = names;
  if (next === undefined) return [];
  const asked = ask(
    state,
    "user:find",
    { query: next },
    { is: "late", of: { is: "people", names: [...names], found: [], sought } },
  );
  if (asked.length > 0) return asked;
  const found = names.map((name) => called(met(state), name)).filter((people) => people.length === 1);
  if (found.length === names.length) return done(state, sought, found.flat(), stamp);
  complain(state, say("NO_CONNECTION"));
  return [];
}

/** The server's answer for the first of the names. */
export function onFound(
  state: State,
  { names, found, sought }: { names: string[]; found: User[]; sought: Sought },
  users: readonly User[],
  stamp: Stamp,
): Effect[] | null {
  const [name = "", ...rest] = names;
  // Guests are not looked up: one talks with those whom one meets.
  const talks = sought.is === "direct" || sought.is === "whois" || sought.is === "befriend";
  const guests = talks ? met(state).filter(({ kind }) => kind === "guest") : [];
  const person = one(state, [...users, ...guests], name);
  if (!person) return null;
  state.found.set(person.id, person.name);
  const all = [...found, person];
  if (rest.length === 0) return done(state, sought, all, stamp);
  return ask(
    state,
    "user:find",
    { query: rest[0]! },
    { is: "late", of: { is: "people", names: rest, found: all, sought } },
  );
}

function done(state: State, sought: Sought, people: User[], stamp: Stamp): Effect[] {
  switch (sought.is) {
    case "invite":
      return inviteThem(state, sought.room, people, stamp);
    case "direct":
      return talk(state, people, sought.text, { ...stamp, id: sought.id });
    case "befriend":
      return people[0] ? befriend(state, sought.step, people[0], stamp) : [];
    case "whois":
      return people[0] ? lookAt(state, people[0]) : [];
    case "kick":
      return people[0] ? wishKick(state, sought.room, people[0]) : [];
    case "role":
      return people[0] ? giveRole(state, sought.room, people[0].id, sought.role, stamp) : [];
    case "server_role":
      return people[0] ? raise(state, people[0], sought.role) : [];
  }
}

/** Those of the room that is shown. */
export function here(state: State): User[] {
  const copy = currentRoom(state);
  return copy ? [...copy.others, ...copy.people.values()].filter(unique) : [];
}

/** Everybody whom the page has met in any room. */
export function met(state: State): User[] {
  return [...state.rooms.values()].flatMap((copy) => [...copy.others, ...copy.people.values()]).filter(unique);
}

const unique = (user: User, index: number, all: readonly User[]): boolean =>
  all.findIndex(({ id }) => id === user.id) === index;
