/** What the word before the caret could become: a command, a room, a name or an emoji. */
import { ACTIONS, SUMMARIES } from "@late";
import { called, soughtBy } from "./called";
import { findEmoji } from "./emoji";
import { isCommon } from "./may";
import type { Named } from "./mentions";
import { isSetting, SETTINGS, VALUES } from "./settings";
import type { State } from "./state";
import { currentRoom, listed } from "./state";
import { peopleOf } from "./people";

export interface Option {
  /** What is put in. */
  insert: string;
  label: string;
  hint: string;
}

/** The part of the text that is replaced, and with what. */
export interface Completion {
  from: number;
  to: number;
  options: Option[];
}

const MOST = 8;

/**
 * `asked` is a Tab: then a bare word counts as the beginning of a name too. Without it the list
 * opens by itself, for what begins with one of the signs `/ # @ :`.
 */
export function complete(state: State, text: string, caret: number, asked: boolean): Completion | null {
  const before = text.slice(0, caret);
  const word = /(?:^|\s)(\S*)$/.exec(before)?.[1] ?? "";
  const from = caret - word.length;
  const made = (options: Option[]) => (options.length ? { from, to: caret, options } : null);
  if (from === 0 && word.startsWith("/") && !word.startsWith("//")) return made(commands(word.slice(1)));
  const [, spoken = "", argument = ""] = /^\/(\w+)\s+([^]*)$/.exec(before) ?? [];
  const command = spoken.toLowerCase();
  if (["join", "j", "goto"].includes(command)) {
    return made(rooms(state, word.replace(/^#/, ""), "", command === "goto"));
  }
  if (command === "friend") return made(friends(state, argument, word));
  if (command === "set" || command === "settings") return made(settings(argument));
  const second = VALUES_OF[command];
  const about = second ?? (PEOPLE.includes(command) ? [] : null);
  if (about && !word.includes(",")) {
    const first = argument === word;
    if (first) return made(people(state, word));
    if (about.length > 0) return made(values(about, word));
  }
  if (command === "msg" || command === "query" || command === "dm") {
    // Several names stand behind one another.
    const comma = word.lastIndexOf(",");
    const more = argument === word ? people(state, word.slice(comma + 1)) : [];
    if (more.length > 0) return { from: from + comma + 1, to: caret, options: more };
  }
  if (word.startsWith("#")) return made(rooms(state, word.slice(1), "#"));
  if (word.startsWith("@")) return made(names(state, word.slice(1)));
  if (/^:[\w+-]{2,}$/.test(word) || (command === "react" && word && asked)) return made(emoji(word.replace(/^:/, "")));
  return asked && word ? made(names(state, word)) : null;
}

/** Commands whose first word is somebody, and of some the words that the second can be. */
const PEOPLE = ["invite", "whois", "kick", "msg", "query", "dm"];
const ROLES = ["member", "moderator", "owner"];
const VALUES_OF: Partial<Record<string, readonly string[]>> = { role: ROLES, serverrole: ROLES };

/** By the name to sign in by, where there is one: it is one word, and one person's alone. */
function people(state: State, start: string): Option[] {
  return known(state, start.replace(/^@/, "")).map(({ name, identity }) => ({
    insert: `${identity ?? name} `,
    label: name,
    hint: identity ?? "",
  }));
}

function values(all: readonly string[], start: string): Option[] {
  return all
    .filter((value) => value.startsWith(start.toLowerCase()))
    .map((value) => ({ insert: `${value} `, label: value, hint: "" }));
}

const STEPS = ["accept", "refuse", "remove", "list"];

/** First what is to be done or who is to be asked; behind that, those with whom it can be done. */
function friends(state: State, typed: string, word: string): Option[] {
  const step = STEPS.find((step) => typed.toLowerCase().startsWith(`${step} `));
  if (typed === word) return [...values(STEPS, word), ...people(state, word)];
  if (!step || step === "list" || typed.slice(step.length).trim() !== word) return [];
  return (state.friends ?? [])
    .filter((friend) => (friend.state === "asks_you") === (step !== "remove"))
    .filter(({ user }) => begins(user, word.replace(/^@/, "")))
    .slice(0, MOST)
    .map(({ user }) => ({ insert: `${user.identity ?? user.name} `, label: user.name, hint: user.identity ?? "" }));
}

function settings(typed: string): Option[] {
  const [, setting, value] = /^(\S+)\s+(\S*)$/.exec(typed) ?? [];
  if (setting === undefined) return /\s/.test(typed) ? [] : values(SETTINGS, typed);
  return isSetting(setting) ? values(VALUES[setting] ?? [], value ?? "") : [];
}

function commands(start: string): Option[] {
  const wanted = start.toLowerCase();
  return ACTIONS.filter((action) => !action.not_in_page)
    .flatMap((action) => action.commands.map((command) => ({ command, action })))
    .filter(({ command }) => command.startsWith(wanted))
    .map(({ command, action }) => ({
      insert: `/${command} `,
      label: `/${command} ${action.arguments}`.trim(),
      hint: SUMMARIES[action.id],
    }))
    .slice(0, MOST);
}

function rooms(state: State, start: string, sign: string, all = false): Option[] {
  const wanted = start.toLowerCase();
  return listed(state)
    .filter((copy) => (all || isCommon(copy)) && soughtBy(copy).startsWith(wanted))
    .map((copy) => ({ insert: `${sign}${soughtBy(copy)} `, label: called(copy), hint: copy.room.topic }))
    .slice(0, MOST);
}

function names(state: State, start: string): Option[] {
  return known(state, start).map(({ name, identity }) => ({
    insert: `@${name} `,
    label: name,
    hint: identity ?? "",
  }));
}

function known(state: State, start: string): Named[] {
  const copy = currentRoom(state);
  return (copy ? peopleOf(copy) : [])
    .filter((person) => person.id !== state.me?.id && begins(person, start))
    .slice(0, MOST);
}

function begins({ name, identity }: Named, start: string): boolean {
  const wanted = start.toLowerCase();
  return name.toLowerCase().startsWith(wanted) || !!identity?.startsWith(wanted);
}

function emoji(start: string): Option[] {
  return findEmoji(start, MOST).map(({ name, emoji }) => ({ insert: `${emoji} `, label: emoji, hint: `:${name}:` }));
}
