/** Rooms: their rules, and private ones; and reactions, whose emoji take their room too. */
import type { RoomChanges } from "@proto";
import { react } from "./message";
import type { Handler } from "../actions";
import { create } from "./rooms";
import type { Effect } from "../effect";
import { emojiOf } from "../emoji";
import type { Stamp } from "../event";
import { isMine, meant } from "./target";
import { isCommon } from "../may";
import { currentRoom, type State } from "../state";
import { oneLine } from "../text";
import { complain, tell } from "../update/notice";
import { enqueue } from "../update/send";
import { say } from "./words";
import { isSetting, readSetting, valueOf, VALUES } from "../settings";

export const RULE_ACTIONS = {
  create_private: (state, argument, stamp) => create(state, argument, stamp, "private"),

  settings: (state, argument, stamp) => {
    const copy = currentRoom(state);
    if (!copy) return [];
    const room = copy.room.id;
    const [, word = "", value = ""] = /^(\S*)\s*([^]*)$/.exec(argument.trim()) ?? [];
    const setting = word.toLowerCase();
    if (!isCommon(copy)) complain(state, say("NO_SETTINGS"));
    else if (!setting) state.dialog = { is: "settings", room };
    else if (!isSetting(setting)) complain(state, say("NO_SUCH_SETTING", { setting: word }));
    else if (!value) tell(state, say("SETTING_LINE", { setting, value: oneLine(valueOf(copy.room, setting)) }));
    else {
      const changes = readSetting(setting, value);
      if (changes) return configure(state, room, changes, stamp);
      complain(state, say("NO_SUCH_VALUE", { setting, values: (VALUES[setting] ?? []).join(", ") }));
    }
    return [];
  },

  react: (state, emoji, stamp) => {
    const target = meant(state, (target) => target.is === "line" && !isMine(state, target)) ?? meant(state, () => true);
    if (!target) return [];
    if (emoji) return react(state, target.key, emojiOf(emoji), stamp);
    state.dialog = { is: "react", key: target.key };
    return [];
  },
} satisfies Record<string, Handler>;

/** Changes the room; before it is closed the person is asked. */
export function configure(state: State, room: string, changes: RoomChanges, stamp: Stamp): Effect[] {
  if (changes.archived) {
    state.dialog = { is: "archive", room, changes };
    return [];
  }
  return enqueue(state, { name: "room:configure", fields: { room, changes } }, stamp);
}
