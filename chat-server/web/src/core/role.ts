/** Roles, as words. */
import type { RoomRole, ServerRole } from "@proto";
import { say } from "./words";

export function roleWord(role: RoomRole | ServerRole): string {
  if (role === "owner") return say("ROLE_OWNER");
  return say(role === "moderator" ? "ROLE_MODERATOR" : "ROLE_MEMBER");
}
