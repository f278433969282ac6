/** What live entries change about a room, its people and my standing in it. */
import type { Author, Entry, Line, Room, RoomChanges } from "@proto";
import type { Effect } from "../effect";
import { isFriends } from "../friends";
import { meet, presenceOf } from "../people";
import { currentRoom, listed, type RoomCopy, type State } from "../state";
import { oneLine } from "../text";
import { sentences } from "../system";
import { say } from "../words";
import { tell } from "./notice";
import { open } from "./rooms";
import { askSync } from "./sync";

/** The room with them; the mirror of `RoomChanges::apply` in `chat-proto/src/room.rs`. */
export function changed(room: Room, changes: RoomChanges): Room {
  const { settings } = room;
  return {
    ...room,
    name: changes.name ?? room.name,
    title: changes.title ?? room.title,
    kind: changes.visibility ?? room.kind,
    settings: {
      post: changes.post ?? settings.post,
      invite: changes.invite ?? settings.invite,
      history: changes.history ?? settings.history,
      archived: changes.archived ?? settings.archived,
    },
  };
}

/** An entry newer than all that were known, as far as it is no message. */
export function change(state: State, copy: RoomCopy, entry: Entry): Effect[] {
  const { author } = entry;
  switch (entry.kind) {
    case "topic":
      copy.room = { ...copy.room, topic: entry.topic };
      return [];
    case "settings":
      copy.room = changed(copy.room, entry);
      return [];
    case "join":
      if (!copy.people.has(author.id)) meet(copy, { ...author, kind: "unknown", presence: "online" });
      return [];
    case "add":
      if (!copy.people.has(entry.user.id)) arrive(state, copy, entry.user);
      return entry.user.id === state.me?.id ? askSync(state) : [];
    case "leave":
      return goes(state, copy, author);
    case "remove":
      return goes(state, copy, entry.user, author);
    case "role": {
      const { user, role } = entry;
      const known = copy.people.get(user.id);
      if (known) meet(copy, { ...known, room_role: role });
      if (user.id === state.me?.id) copy.role = role;
      return [];
    }
    default:
      return notice(state, entry);
  }
}

/** What an inbox tells; it may be the first thing that is heard of that inbox. */
export function notice(state: State, entry: Entry): Effect[] {
  const { author } = entry;
  if (entry.kind === "removed") return removed(state, entry.room, entry.name, author);
  const friendly = entry.kind === "friend_news" || entry.kind === "friend_note";
  if (!friendly && entry.kind !== "invited") return [];
  const [told] = sentences(entry as Line);
  // Who looks at the inbox sees it there.
  if (told !== undefined && currentRoom(state)?.room.kind !== "inbox") tell(state, told);
  if (!friendly) return [];
  const moves = entry.change === "accepted" || entry.change === "ended";
  return [...(state.late?.friends.refresh(state) ?? []), ...(moves ? askSync(state) : [])];
}

/** Somebody is a member who did not come by themselves: they may be here or not. */
function arrive(state: State, copy: RoomCopy, user: Author): void {
  meet(copy, { ...user, kind: user.bot ? "bot" : "unknown", presence: presenceOf(state, user.id) });
}

function goes(state: State, copy: RoomCopy, user: Author, by: Author | null = null): Effect[] {
  copy.people.delete(user.id);
  if (user.id !== state.me?.id) return [];
  // What friends say leaves with the next `sync`; their own word of it stands in no inbox.
  return by && !isFriends(copy) ? removed(state, copy.room.id, copy.room.name, by) : askSync(state);
}

/** I was removed: who looks at the room is taken to the lobby, and told why. `sync` takes the room away. */
function removed(state: State, room: string, name: string, by: Author): Effect[] {
  tell(state, say("REMOVED_YOU", { name: oneLine(by.name), room: name }));
  const lobby = listed(state)[0];
  const here = currentRoom(state)?.room.id === room && lobby && lobby.room.id !== room;
  return [...(here ? open(state, lobby.room.id) : []), ...askSync(state)];
}
