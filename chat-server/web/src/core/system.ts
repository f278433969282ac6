/** The sentences of lines that nobody said. */
import type { FriendChange, Line, RoomChanges } from "@proto";
import { roleWord } from "./role";
import { oneLine } from "./text";
import { say, type Word } from "./words";

/** One sentence, and of changed settings one for each thing that changed. */
export function sentences(line: Line): string[] {
  const name = oneLine(line.author.name);
  switch (line.kind) {
    case "join":
      return [say("JOINED", { name })];
    case "leave":
      return [say("LEFT", { name })];
    case "create":
      return [say("ROOM_CREATED", { name, room: line.name })];
    case "topic":
      return [line.topic ? say("TOPIC_SET", { name, topic: oneLine(line.topic) }) : say("TOPIC_CLEARED", { name })];
    case "invite":
      return [say("INVITED", { name, user: oneLine(line.user.name) })];
    case "add":
      return [say("ADDED", { name, user: oneLine(line.user.name) })];
    case "remove":
      return [say("REMOVED", { name, user: oneLine(line.user.name) })];
    case "role":
      return [say("ROLE_GIVEN", { name, user: oneLine(line.user.name), role: roleWord(line.role) })];
    case "settings":
      return changes(name, line);
    case "invited":
      return [say("INVITED_YOU", { name, room: line.name })];
    case "removed":
      return [say("REMOVED_YOU", { name, room: line.name })];
    case "friend_news":
      return NEWS[line.change] ? [say(NEWS[line.change]!, { name })] : [];
    case "friend_note":
      return NOTES[line.change] ? [say(NOTES[line.change]!, { user: oneLine(line.user.name) })] : [];
    case "other":
      return [oneLine(line.fallback)];
    case "message":
      return [];
  }
}

/** What somebody did about being friends with the reader of the inbox. */
const NEWS: Partial<Record<FriendChange, Word>> = { asked: "FRIEND_ASKED", accepted: "FRIEND_ACCEPTED" };

/** What the reader did. */
const NOTES: Partial<Record<FriendChange, Word>> = {
  asked: "YOU_ASKED",
  accepted: "YOU_ACCEPTED",
  refused: "YOU_REFUSED",
  withdrawn: "YOU_WITHDREW",
  ended: "YOU_ENDED",
};

/** By the value; one that this program is too old to know has no sentence. */
const SENTENCES: Partial<Record<string, Word>> = {
  "visibility public": "MADE_PUBLIC",
  "visibility private": "MADE_PRIVATE",
  "post members": "POST_MEMBERS",
  "post moderators": "POST_MODERATORS",
  "invite members": "INVITE_MEMBERS",
  "invite moderators": "INVITE_MODERATORS",
  "history all": "HISTORY_ALL",
  "history joined": "HISTORY_JOINED",
  "archived true": "ARCHIVED",
  "archived false": "UNARCHIVED",
};

function changes(name: string, line: RoomChanges): string[] {
  const out: string[] = [];
  if (line.name !== undefined) out.push(say("ROOM_RENAMED", { name, room: line.name }));
  if (line.title === "") out.push(say("TITLE_CLEARED", { name }));
  else if (line.title !== undefined) out.push(say("TITLE_SET", { name, title: oneLine(line.title) }));
  for (const setting of ["visibility", "post", "invite", "history", "archived"] as const) {
    const word = SENTENCES[`${setting} ${String(line[setting])}`];
    if (word) out.push(say(word, { name }));
  }
  return out;
}
