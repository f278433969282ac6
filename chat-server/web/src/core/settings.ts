/** A room's settings as they are typed and shown. */
import type { Room, RoomChanges } from "@proto";

export const SETTINGS = ["name", "title", "visibility", "post", "invite", "history", "archived"] as const;
export type Setting = (typeof SETTINGS)[number];

/** What a setting can be; those that are not named here are texts. */
export const VALUES: Partial<Record<Setting, readonly string[]>> = {
  visibility: ["public", "private"],
  post: ["members", "moderators"],
  invite: ["members", "moderators"],
  history: ["all", "joined"],
  archived: ["yes", "no"],
};

export function isSetting(word: string): word is Setting {
  return (SETTINGS as readonly string[]).includes(word);
}

export function valueOf(room: Room, setting: Setting): string {
  switch (setting) {
    case "name":
    case "title":
      return room[setting];
    case "visibility":
      return room.kind === "private" ? "private" : "public";
    case "archived":
      return room.settings.archived ? "yes" : "no";
    default:
      return String(room.settings[setting]);
  }
}

/** What it changes; null for a value that it cannot have. `-` clears the title, as it does the topic. */
export function readSetting(setting: Setting, typed: string): RoomChanges | null {
  if (setting === "name") return { name: typed.replace(/^#/, "") };
  if (setting === "title") return { title: typed === "-" ? "" : typed };
  const value = VALUES[setting]?.find((value) => value === typed.toLowerCase());
  if (value === undefined) return null;
  return setting === "archived" ? { archived: value === "yes" } : { [setting]: value };
}
