// A small, complete client of the chat: it joins a room, reads back, listens, and sends each line of
// its input exactly once. ../README.md tells its shape and what each rule is for; the rules are those
// of docs/protocol.md, "Delivery". The types are the server's own; it serves them under /schema/.
//
//     node --import tsx client.ts URL ROOM NAME

import { createInterface } from "node:readline";
import { setImmediate } from "node:timers/promises";
import { io, type Socket } from "socket.io-client";
import type * as proto from "../../../../chat-proto/gen/proto.ts";
import { Outbox } from "./outbox.ts";
import { say, show } from "./screen.ts";
import { Timeline } from "./timeline.ts";

const TICK_MS = 100; // how often it looks whether something is due
const ANSWER_MS = 20_000; // every request is answered: after so long without, the line is dead
const READ_BACK = 1_000; // how many entries it reads back

/** What is heard, and what is asked with which reply, by the tables of the protocol. */
type Hears = { [E in keyof proto.Events]: (event: proto.Events[E]) => void };
type Asks = Record<string, (fields: object) => void>;
type Name = keyof proto.Requests;
type Fields<N extends Name> = proto.Requests[N]["request"];
type Reply<N extends Name> = proto.Requests[N]["reply"];

/** A request without an answer: when it was sent, and when it is to be sent again, if it is. */
type Asked = { [N in Name]: { event: N; fields: Fields<N>; at: number; again?: number } }[Name];

class Client {
  private readonly url: string;
  private readonly roomName: string;
  private readonly name: string;
  private readonly outbox: Outbox;
  // The connection, and its requests without an answer by `rid`.
  private socket?: Socket<Hears, Asks>;
  private online = false;
  private readonly asked = new Map<proto.Rid, Asked>();
  private tries = 0;
  private reconnectAt = 0;
  private welcomeBy = Infinity;
  private nextSync = 0;
  // What `welcome` told, and the room.
  private server?: proto.ServerId;
  private user?: proto.UserId;
  private limits?: proto.Limits;
  private room?: proto.RoomId;
  private timeline?: Timeline;
  private behind = 0;
  // The input.
  private reading = false;
  private ended = false;
  private refused = false;

  constructor(url: string, roomName: string, name: string) {
    this.url = new URL("/v1", url).href;
    this.roomName = roomName;
    this.name = name;
    this.outbox = new Outbox(`${name}@${new URL(url).host}`.replace(/[/\\:]/g, "_"));
  }

  // ---- Join ----

  private connect() {
    this.reconnectAt = Infinity;
    this.welcomeBy = now() + ANSWER_MS;
    const token = this.outbox.token();
    const auth: proto.Auth = { guest: this.name, token, client: "example-typescript/1", protocol: 1 };
    // A new socket each time: one that comes back by itself sends what was emitted meanwhile, before
    // `welcome` and perhaps as somebody else.
    const options = { auth, transports: ["websocket"], forceNew: true, reconnection: false };
    const socket: Socket<Hears, Asks> = io(this.url, options);
    this.socket = socket;
    socket.on("welcome", (welcome) => this.welcome(welcome));
    socket.on("entries", (frame) => this.entries(frame));
    socket.on("answer", (answer) => this.answer(answer));
    socket.on("closing", ({ error }) => this.closed(error));
    socket.on("connect_error", ({ message }) => this.closed(readRefusal(message)));
    socket.on("disconnect", (reason) => this.down(reason));
  }

  /** The server refuses the connection, or is about to end it. */
  private closed({ retry, message, retry_after_ms }: Refusal) {
    if (retry === "never") this.quit(1, message);
    this.down(message, retry_after_ms);
  }

  /** The connection is over. What has no answer is asked again on the next one. */
  private down(reason: string, wait = Math.min(10_000, 250 * 2 ** this.tries++) * (0.5 + Math.random())) {
    this.socket?.removeAllListeners();
    this.socket?.disconnect();
    this.online = false;
    this.asked.clear();
    this.welcomeBy = Infinity;
    this.reconnectAt = now() + wait;
    say(`reconnecting in ${(wait / 1000).toFixed(1)} s: ${reason}`);
  }

  /** Nothing is sent before this. What is kept belongs to the pair of server and user told here. */
  private welcome({ server, user, limits }: proto.Welcome) {
    say(`connected as ${user.name}`);
    this.welcomeBy = Infinity;
    if (this.server !== server.id || this.user !== user.id) this.room = this.timeline = undefined;
    this.server = server.id;
    this.user = user.id;
    this.limits = limits;
    const others = this.outbox.open(server.id, user.id, limits.in_flight);
    if (others > 0) say(`${others} lines in ${this.outbox.folder} wait for another server or user, and are not sent`);
    if (this.room === undefined) this.ask("find", "room:find", { name: this.roomName });
    else this.sync();
  }

  /** Asks where the room stands: on each connection, from time to time, and where something is odd. */
  private sync() {
    if (!this.limits || !this.room || this.asked.has("sync")) return;
    this.nextSync = now() + this.limits.sync_ms * (0.75 + Math.random() / 2);
    const place = this.timeline?.place;
    this.ask("sync", "sync", { cursors: place ? [{ room: this.room, ...place }] : [], show: [] });
  }

  private synced({ rooms }: proto.SyncReply) {
    const state = rooms.find(({ room }) => room.id === this.room);
    if (!state) this.quit(1, `You are in ${this.roomName} no longer.`);
    const { epoch, head, reset } = state;
    let timeline = this.timeline;
    // A log that was made anew, or that went on for too long without us, is read from its end again.
    const tooFar = timeline && this.limits && !this.online && head.seq - timeline.seq > this.limits.catch_up;
    if (!timeline || reset || tooFar || epoch !== timeline.epoch) timeline = new Timeline(epoch, head.seq, READ_BACK);
    timeline.head = Math.max(timeline.head, head.seq);
    this.timeline = timeline;
    this.tries = 0;
    this.online = true;
    this.read();
    this.readInput();
    this.pump();
  }

  // ---- Ask ----

  /** Sends a request. It is answered once, by an `answer` with the same `rid`. */
  private ask<N extends Name>(rid: proto.Rid, event: N, fields: Fields<N>) {
    this.asked.set(rid, { event, fields, at: now() } as Asked);
    this.socket?.emit(event, { rid, ...fields });
  }

  private answer(answer: proto.Answer) {
    const rid = answer.rid ?? "";
    const request = this.asked.get(rid);
    if (!request) return;
    this.asked.delete(rid);
    if (request.event === "message:send") return this.sent(request.fields, answer);
    if ("error" in answer) return this.notDone(rid, request, answer.error);
    switch (request.event) {
      case "room:find": {
        const { id } = answer.ok as Reply<"room:find">;
        // Joining changes nothing for a member, and so does no harm when it is done again.
        return this.ask("join", "room:join", { room: id, client_id: this.outbox.newId() });
      }
      case "room:join":
        this.room = request.fields.room;
        return this.sync();
      case "sync":
        return this.synced(answer.ok as Reply<"sync">);
      case "history:read":
        return this.page(answer.ok as Reply<"history:read">);
    }
  }

  private notDone(rid: proto.Rid, request: Asked, { code, message, retry, retry_after_ms }: proto.Error) {
    if (code === "epoch_changed") return this.sync();
    if (retry === "never") this.quit(1, message);
    this.asked.set(rid, { ...request, again: now() + (retry_after_ms ?? 1_000) });
  }

  // ---- Listen and read back ----

  private entries({ room, epoch, entries }: proto.Entries) {
    this.settleOwn(entries);
    if (room !== this.room || !this.timeline) return;
    if (epoch !== this.timeline.epoch || entries.length === 0) return this.sync();
    this.timeline.live(entries);
    this.timeline.news().forEach(show);
  }

  /** Asks for what is missing. */
  private read() {
    if (!this.room || !this.timeline?.isBehind || this.asked.has("page")) return;
    const { seq, place } = this.timeline;
    this.ask("page", "history:read", { room: this.room, after: seq, ...(place && { place }) });
  }

  private page(page: proto.Page) {
    this.settleOwn(page.entries);
    this.timeline?.page(page);
    this.timeline?.news().forEach(show);
    this.read();
  }

  // ---- Send ----

  /** Begins to take lines, now that it is known whose they are. */
  private async readInput() {
    if (this.reading) return;
    this.reading = true;
    for await (const text of createInterface({ input: process.stdin })) {
      this.line(text);
      await setImmediate(); // what else happens has its turn in between
    }
    this.ended = true;
  }

  private line(text: string) {
    if (text.trim() === "" || !this.room) return;
    this.outbox.add(this.room, text);
    this.pump();
  }

  /** Sends what is due, between `welcome` and the end of the connection alone. */
  private pump() {
    if (!this.online) return;
    for (const fields of this.outbox.due(now())) this.ask(fields.client_id, "message:send", fields);
  }

  private sent({ client_id, room, content }: proto.MessageSend, answer: proto.Answer) {
    if ("error" in answer && answer.error.retry !== "never") {
      say(`sent again in a moment: ${answer.error.code}`);
      if (answer.error.retry === "now") this.sync();
      return this.outbox.later(client_id, answer.error, now());
    }
    const isNew = this.outbox.settle(client_id);
    if ("error" in answer) {
      if (isNew) say(`not sent: ${content.text} (${answer.error.message})`);
      this.refused ||= isNew;
    } else if (room === this.room && this.timeline) {
      // Its entry is under way; should it be lost, a page brings it.
      this.timeline.head = Math.max(this.timeline.head, (answer.ok as Reply<"message:send">).seq);
    }
    this.pump();
  }

  /** An own entry is as good as the answer, and may come first. */
  private settleOwn(entries: proto.Entry[]) {
    for (const { author, client_id } of entries) if (author.id === this.user) this.outbox.settle(client_id);
  }

  // ---- What time brings ----

  tick() {
    if (now() >= this.reconnectAt) return this.connect();
    if (now() >= this.welcomeBy) return this.down("the server does not answer");
    for (const [rid, { event, fields, at, again }] of this.asked) {
      if (again === undefined && now() >= at + ANSWER_MS) return this.down("the server does not answer");
      if (again !== undefined && now() >= again) this.ask(rid, event, fields);
    }
    if (!this.online || !this.timeline) return;
    if (now() >= this.nextSync) this.sync();
    // What is missing may still be under way: some ticks of patience.
    this.behind = this.timeline.isBehind ? this.behind + 1 : 0;
    if (this.behind > 2) this.read();
    this.pump();
    if (this.ended && this.outbox.items.size === 0 && !this.timeline.isBehind) this.quit(this.refused ? 1 : 0);
  }

  private quit(code: number, reason?: string): never {
    if (reason) say(reason);
    this.socket?.removeAllListeners();
    this.socket?.disconnect();
    process.exit(code);
  }
}

/** A clock that nobody sets. */
const now = () => performance.now();

type Refusal = Pick<proto.Error, "retry" | "message" | "retry_after_ms">;

/** A refused handshake carries the JSON of an error object; other texts tell of the line. */
function readRefusal(message: string): Refusal {
  try {
    return { retry: "later", message, ...JSON.parse(message) };
  } catch {
    return { retry: "later", message };
  }
}

const [url, roomName, name] = process.argv.slice(2);
if (!url || !roomName || !name || !URL.canParse(url)) {
  say("usage: node --import tsx client.ts URL ROOM NAME");
  process.exit(2);
}
const client = new Client(url, roomName, name);
setInterval(() => client.tick(), TICK_MS);
