// What is kept on disk: the guest's token, and a file for each line that has no final answer yet.
// And the rules of sending: what is sent when, and what an answer makes of it.

import { randomBytes } from "node:crypto";
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync } from "node:fs";
import { readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { ClientId, Error, MessageSend, RoomId, ServerId, UserId } from "../../../../chat-proto/gen/proto.ts";

const BACKOFF_MS = 250; // the first wait where the server names none
const LONGEST_MS = 10_000;

/** Whose a line is, and what it says; `sent` while it waits for its answer. */
type Item = { server: ServerId; user: UserId; room: RoomId; text: string; sent?: boolean };

export class Outbox {
  readonly folder: string;
  private pair = { server: "", user: "" };
  // This user's lines without a final answer by client id, oldest first.
  readonly items = new Map<ClientId, Item>();
  private inFlight = 1;
  private window = 1;
  private pausedUntil = 0;
  private backoff = BACKOFF_MS;
  private lastMs = 0;

  /** What is kept below `folder` is of one guest at one address. */
  constructor(folder: string) {
    this.folder = folder;
    mkdirSync(`${folder}/outbox`, { recursive: true, mode: 0o700 });
  }

  /** Made and kept before it is first used: whoever has it is this guest. */
  token(): string {
    const file = `${this.folder}/token`;
    if (!existsSync(file)) keep(file, randomBytes(32).toString("base64url"));
    return readFileSync(file, "utf8");
  }

  /**
   * On a new connection: takes up what waits for this very server and user, to be sent again.
   * Returns how many lines wait for others; they stay where they are.
   */
  open(server: ServerId, user: UserId, inFlight: number): number {
    this.pair = { server, user };
    this.inFlight = this.window = inFlight;
    this.pausedUntil = 0;
    const files = readdirSync(`${this.folder}/outbox`).filter((file) => file.endsWith(".json"));
    const kept = files.sort().map((file) => file.slice(0, -".json".length));
    this.items.clear();
    for (const clientId of kept) {
      const item: Item = JSON.parse(readFileSync(this.file(clientId), "utf8"));
      if (item.server === server && item.user === user) this.items.set(clientId, item);
      this.lastMs = Math.max(this.lastMs, timeOf(clientId));
    }
    return kept.length - this.items.size;
  }

  /** A UUIDv7, greater than all before it whatever the clock says: the files' order is that of the lines. */
  newId(): ClientId {
    this.lastMs = Math.max(Date.now(), this.lastMs + 1);
    return uuid7(this.lastMs);
  }

  /** Takes a line. It is on the disk when this returns, and only then may it be sent. */
  add(room: RoomId, text: string) {
    const clientId = this.newId();
    const item = { ...this.pair, room, text };
    keep(this.file(clientId), JSON.stringify(item));
    this.items.set(clientId, item);
  }

  /** What is to be sent now, oldest first, each after the one before it in its room. */
  due(now: number): MessageSend[] {
    const due: MessageSend[] = [];
    const before = new Map<RoomId, ClientId>();
    let free = now < this.pausedUntil ? 0 : this.window - [...this.items.values()].filter(({ sent }) => sent).length;
    for (const [clientId, item] of this.items) {
      if (!item.sent) {
        if (free-- <= 0) break;
        item.sent = true;
        const { room, text } = item;
        // Worked out anew each time: what has its final answer is not waited for.
        const after = before.get(room) ?? null;
        due.push({ room, client_id: clientId, after, content: { type: "text", text }, mentions: [] });
      }
      before.set(item.room, clientId);
    }
    return due;
  }

  /** `ok`, an error that is final, or the own entry, whichever is first: the line is done. */
  settle(clientId: ClientId): boolean {
    if (!this.items.delete(clientId)) return false;
    rmSync(this.file(clientId), { force: true });
    this.window = Math.min(this.inFlight, this.window + 1);
    this.backoff = BACKOFF_MS;
    return true;
  }

  /** No final answer: the same goes again, under the same id. One at a time, until one is taken. */
  later(clientId: ClientId, { retry_after_ms }: Error, now: number) {
    const item = this.items.get(clientId);
    if (!item) return;
    item.sent = false;
    this.window = 1;
    if (retry_after_ms !== undefined) {
      this.pausedUntil = Math.max(this.pausedUntil, now + retry_after_ms);
    } else if (now >= this.pausedUntil) {
      this.pausedUntil = now + this.backoff;
      this.backoff = Math.min(this.backoff * 2, LONGEST_MS);
    }
  }

  private file(clientId: ClientId): string {
    return `${this.folder}/outbox/${clientId}.json`;
  }
}

/** Returns when it is on the disk. A crash before that leaves nothing of it, never a half. */
function keep(file: string, text: string) {
  writeFileSync(`${file}.new`, text, { mode: 0o600, flush: true });
  renameSync(`${file}.new`, file);
  const directory = openSync(dirname(file), "r");
  fsyncSync(directory);
  closeSync(directory);
}

function uuid7(milliseconds: number): ClientId {
  const when = milliseconds.toString(16).padStart(12, "0");
  const dice = randomBytes(9).toString("hex");
  return `${when.slice(0, 8)}-${when.slice(8)}-7${dice.slice(0, 3)}-8${dice.slice(3, 6)}-${dice.slice(6)}`;
}

const timeOf = (clientId: ClientId) => parseInt(clientId.replaceAll("-", "").slice(0, 12), 16);
