/** Who is in a room, and by which names they were met there. */
import type { Author, Member, Presence } from "@proto";
import type { Named } from "./mentions";
import type { RoomCopy, State } from "./state";

/** Somebody who is in the room, as they are now; whoever tells nothing of their role there leaves it. */
export function meet(copy: RoomCopy, member: Member): void {
  const room_role = member.room_role ?? copy.people.get(member.id)?.room_role;
  copy.people.set(member.id, room_role === undefined ? member : { ...member, room_role });
  nameOf(copy, member);
}

/** A name that somebody had when they wrote; a line goes on mentioning them by it. */
export function nameOf(copy: RoomCopy, { id, name }: Author | Member): void {
  const known = copy.names.get(id);
  if (known) known.add(name);
  else copy.names.set(id, new Set([name]));
}

/** Every name by which a line may mention them. */
export function namesOf(copy: RoomCopy, id: string): Named[] {
  const identity = copy.people.get(id)?.identity;
  const names = [...(copy.names.get(id) ?? []), ...(identity ? [identity] : [])];
  return names.map((name) => ({ id, name }));
}

/** Whether somebody is here, as far as any room of mine tells. */
export function presenceOf(state: State, id: string): Presence {
  let best: Presence = "offline";
  for (const { people } of state.rooms.values()) {
    const presence = people.get(id)?.presence;
    if (presence === "online") return presence;
    if (presence === "away") best = presence;
  }
  return best;
}

/** Those who are here first, then by name. */
export function members(copy: RoomCopy): Member[] {
  const absent = (member: Member) => (member.presence === "offline" ? 1 : 0);
  return [...copy.people.values()].sort((a, b) => absent(a) - absent(b) || a.name.localeCompare(b.name));
}

/** Everybody whom a new line could mention: the members known, and who wrote lately. */
export function peopleOf(copy: RoomCopy): Named[] {
  const found = new Map<string, Named>();
  for (const line of copy.timeline.lines().slice(-200)) found.set(line.author.id, line.author);
  for (const other of copy.others) found.set(other.id, other);
  for (const member of copy.people.values()) found.set(member.id, member);
  return [...found.values()];
}
