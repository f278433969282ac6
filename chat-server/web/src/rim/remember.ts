/** Small things that the browser's storage keeps at once: the guest, the theme, the room. */
import type { Guest, Theme } from "../core/state";
import { token } from "./stamp";

const GUEST = "chat.guest";
const THEME = "chat.theme";
const ROOM = "chat.room";
const TAB = "chat.tab";

export function readGuest(): Guest | null {
  const text = get(GUEST);
  if (text === null) return null;
  try {
    const guest = JSON.parse(text) as Partial<Guest>;
    const whole = typeof guest.name === "string" && typeof guest.token === "string" && guest.token.length === 43;
    return whole ? (guest as Guest) : null;
  } catch {
    return null;
  }
}

export function keepGuest(guest: Guest | null): void {
  put(GUEST, guest && JSON.stringify(guest));
}

export function readTheme(): Theme {
  const theme = get(THEME);
  return theme === "night" || theme === "day" ? theme : "auto";
}

export function keepTheme(theme: Theme): void {
  put(THEME, theme === "auto" ? null : theme);
}

export function readRoom(): string | null {
  return get(ROOM);
}

export function keepRoom(room: string): void {
  put(ROOM, room);
}

/** This page among those of the browser; the same one after a reload. */
export function readTab(): string {
  try {
    const tab = sessionStorage.getItem(TAB) ?? token();
    sessionStorage.setItem(TAB, tab);
    return tab;
  } catch {
    return token();
  }
}

/** A browser may forbid storage altogether; the page then works for as long as it is open. */
function get(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function put(key: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch {
    // Nothing to be done: the page goes on without.
  }
}
