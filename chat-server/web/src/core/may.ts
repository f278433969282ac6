/**
 * Who may do what: the mirror of the server's `domain/access.rs`, which decides. Here it only keeps what
 * would be refused from being offered.
 */
import type { RoomRole, ServerRole } from "@proto";
import type { RoomCopy, State } from "./state";
import type { Word } from "./words";

const RANK: Record<RoomRole | ServerRole, number> = { member: 0, moderator: 1, owner: 2 };

/** How high somebody stands; a role that this program is too old to know is everybody's. */
export const rank = (role: RoomRole | ServerRole | undefined): number => RANK[role ?? "member"] ?? 0;

/** My role in the room, raised in rooms that are everybody's by the one on the server. */
export function myRank(state: State, copy: RoomCopy): number {
  const open = copy.room.kind === "lobby" || copy.room.kind === "public";
  return Math.max(rank(copy.role), open ? rank(state.me?.role) : 0);
}

/** Whether it is a room with members and rules, and no conversation. */
export function isCommon({ room }: RoomCopy): boolean {
  return room.kind !== "direct" && room.kind !== "friends" && room.kind !== "inbox";
}

/** Whether what others said there is mine to take back. */
export function keepsOrder(state: State, copy: RoomCopy): boolean {
  return isCommon(copy) && !copy.room.settings.archived && myRank(state, copy) > 0;
}

/** Why nothing can be said there; null where something can. */
export function silence(state: State, copy: RoomCopy): Word | null {
  const { kind, settings } = copy.room;
  if (kind === "inbox") return "INBOX_IS_READ";
  if (settings.archived) return "IS_ARCHIVED";
  return settings.post === "moderators" && myRank(state, copy) < 1 ? "MAY_NOT_POST" : null;
}
