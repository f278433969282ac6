// Drives clients of their day for the tests: each line of stdin asks for one thing, each line of
// stdout answers it (`id`) or tells what a client has seen (`client`).

import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { isNativeError } from "node:util/types";
import { ioOfBrowser } from "./browser.mjs";

const require = createRequire(import.meta.url);
const sockets = new Map();

/** What clients of one version or another tell about their line. */
const STATES = [
  "connect",
  "connecting",
  "disconnect",
  "connect_error",
  "connect_failed",
  "connect_timeout",
  "error",
  "reconnect",
  "reconnecting",
  "reconnect_attempt",
  "reconnect_error",
  "reconnect_failed",
];

function tell(what) {
  process.stdout.write(JSON.stringify(what) + "\n");
}

/** Errors have no fields of their own in JSON, and those of a page's file are no errors of Node's. */
function plain(value) {
  return isNativeError(value) ? value.message : value;
}

const actions = {
  /** Opens a client of that version. `browser` takes the file that pages load, with a browser's way of asking,
   * from that origin and with that `cookie`. */
  open({ client, version, url, transports, query, browser, cookie, reconnection }) {
    const io = browser ? ioOfBrowser(version, browser, cookie) : require(`client-${version}`);
    const options = { "force new connection": true, forceNew: true, reconnection: Boolean(reconnection) };
    if (transports) options.transports = transports;
    if (query) options.query = query;
    const socket = io(url, options);
    sockets.set(client, socket);
    // No version lets a page listen to every event, and all of them call this for each.
    const onevent = socket.onevent;
    socket.onevent = function (packet) {
      const [event, ...args] = packet.data;
      tell({ client, event, args });
      return onevent.call(this, packet);
    };
    for (const state of STATES) socket.on(state, (...args) => tell({ client, state, args: args.map(plain) }));
    const engine = socket.io.engine;
    engine.on("upgrade", (transport) => tell({ client, state: "upgrade", args: [transport.name] }));
  },

  /** Emits an event; with `ack` the answer is what came back. */
  emit({ client, event, args, ack }) {
    const socket = sockets.get(client);
    if (!ack) return void socket.emit(event, ...args);
    return new Promise((resolve) => socket.emit(event, ...args, (...answer) => resolve(answer)));
  },

  /** The transport that is in use now. */
  transport: ({ client }) => sockets.get(client).io.engine.transport.name,

  close({ client }) {
    sockets.get(client).disconnect();
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  // Not awaited: an answer that never comes holds up nothing else.
  Promise.resolve()
    .then(() => actions[request.do](request))
    .then((ok) => tell({ id: request.id, ok: ok ?? null }))
    .catch((error) => tell({ id: request.id, error: String(error.stack ?? error) }));
}
// Clients that are still there would keep the process.
process.exit();
