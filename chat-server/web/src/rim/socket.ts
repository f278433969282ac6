/**
 * One connection of Socket.IO. The core supervises: this neither tries again by itself nor holds
 * back what is emitted, since what it would send later might be sent as somebody else.
 */
import { NAMESPACE, type Auth, type Error as WireError, type Events } from "@proto";
import { Manager, type Socket } from "socket.io-client";
import type { Event, Received } from "../core/event";

/** Every event by its name; a new one asks for a line here. */
const NAMES: Record<keyof Events, true> = {
  welcome: true,
  answer: true,
  entries: true,
  "presence:changed": true,
  "typing:changed": true,
  "read:changed": true,
  "user:changed": true,
  announced: true,
  closing: true,
};

export class Connection {
  private socket: Socket | null = null;

  constructor(private readonly dispatch: (event: Event) => void) {}

  open(attempt: number, auth: Auth): void {
    this.close();
    const manager = new Manager(location.origin, {
      path: "/socket.io/",
      reconnection: false,
      transports: ["websocket", "polling"],
      tryAllTransports: true,
      timeout: 10_000,
    });
    const socket = manager.socket(NAMESPACE, { auth: (answer) => answer(auth) });
    this.socket = socket;
    socket.on("connect_error", (error) =>
      this.dispatch({ type: "refused", attempt, error: readRefusal(error.message) }),
    );
    socket.on("disconnect", () => this.dispatch({ type: "cut", attempt }));
    for (const name of Object.keys(NAMES) as (keyof Events)[]) {
      socket.on(name as string, (payload: unknown) => {
        this.dispatch({ type: "received", attempt, event: { name, payload } as Received });
      });
    }
  }

  emit(name: string, payload: Record<string, unknown>): void {
    if (this.socket?.connected) this.socket.emit(name, payload);
  }

  close(): void {
    this.socket?.off();
    this.socket?.disconnect();
    this.socket?.io.engine?.close();
    this.socket = null;
  }
}

/** A refusal's message is the JSON of our error; anything else is the network's. */
export function readRefusal(message: string): WireError | null {
  try {
    const error = JSON.parse(message) as Partial<WireError> | null;
    return typeof error?.code === "string" && typeof error.retry === "string" ? (error as WireError) : null;
  } catch {
    return null;
  }
}
