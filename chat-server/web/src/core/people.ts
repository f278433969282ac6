/** Who is in a room, as far as the page knows. */
import type { Member } from "@proto";
import type { Named } from "./mentions";
import type { RoomCopy } from "./state";

const RANK = { online: 0, away: 1, offline: 2, unknown: 3 } as const;

/** Those who are here first, then by name. */
export function members(copy: RoomCopy): Member[] {
  return [...copy.people.values()].sort((a, b) => {
    const here = (RANK[a.presence] === 2 ? 1 : 0) - (RANK[b.presence] === 2 ? 1 : 0);
    return here || a.name.localeCompare(b.name);
  });
}

/** Everybody whom a line could mention: the members known, and who wrote lately. */
export function peopleOf(copy: RoomCopy): Named[] {
  const found = new Map<string, Named>();
  for (const line of copy.timeline.lines().slice(-200)) found.set(line.author.id, line.author);
  for (const member of copy.people.values()) found.set(member.id, member);
  return [...found.values()];
}
