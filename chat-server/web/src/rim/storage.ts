/**
 * What outlives the moment. The guest and the theme stand in the browser's storage at once; the
 * outbox has a port of its own, bound to a server and a user.
 */
import type { Item } from "../core/outbox";
import type { Guest, Theme } from "../core/state";

const GUEST = "chat.guest";
const THEME = "chat.theme";
const ROOM = "chat.room";

/** Whose outbox it is: nothing is shown or sent under another server or user. */
export interface Pair {
  server: string;
  user: string;
}

/** Where unanswered requests are kept. `save` resolves once they are safe. */
export interface OutboxStore {
  save(pair: Pair, items: readonly Item[]): Promise<void>;
  forget(pair: Pair, client_ids: readonly string[]): Promise<void>;
}

/** Keeps them as long as the page is open. */
export class MemoryOutbox implements OutboxStore {
  private readonly kept = new Map<string, Map<string, Item>>();

  save(pair: Pair, items: readonly Item[]): Promise<void> {
    for (const item of items) this.of(pair).set(item.client_id, structuredClone(item));
    return Promise.resolve();
  }

  forget(pair: Pair, client_ids: readonly string[]): Promise<void> {
    for (const id of client_ids) this.of(pair).delete(id);
    return Promise.resolve();
  }

  private of({ server, user }: Pair): Map<string, Item> {
    const key = JSON.stringify([server, user]);
    const items = this.kept.get(key) ?? new Map<string, Item>();
    this.kept.set(key, items);
    return items;
  }
}

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
