/** What a room is called where it is shown. */
import { oneLine } from "./text";
import type { RoomCopy } from "./state";
import { say } from "./words";

/** A room by its name and the sign of rooms, a conversation by its people; what friends say stands in one place. */
export function called(copy: RoomCopy): string {
  const { kind, name } = copy.room;
  if (kind === "inbox") return say("INBOX");
  if (kind === "friends") return say("FRIENDS");
  return kind === "direct" ? peopleCalled(copy) : `#${name}`;
}

/** The others of a conversation. */
export function peopleCalled({ others, room }: RoomCopy): string {
  return others.map(({ name }) => oneLine(name)).join(", ") || room.name;
}

/** What one has to type to find it: a room's name, or those of a conversation's people. */
export function soughtBy(copy: RoomCopy): string {
  return called(copy).replace(/^#/, "").toLowerCase();
}
