// Old clients that are broken: each opens a session, sends what no client sends, and begins anew once
// the server has ended it, for ever.

import http from "node:http";
import net from "node:net";

/** Posts that are no payload, or hold no packet, of Engine.IO 3. */
const POSTS = [
  "9:2",
  "hello",
  "1:👋x",
  "-1:4",
  "1:9",
  '8:42["mess',
  '14:42["message",}{',
  "2:4\u00ff",
  "999999999:4",
  "5:4\u00c3\u0028ab",
];

/** Packets that are none, as text frames. */
const PACKETS = [
  "garbage",
  "9",
  "4",
  "42",
  '42["message"',
  "42[7]",
  '42["a\\x","b"]',
  "4/",
  "40/chat?",
  "42{}",
  "\u0000",
];

/** A frame of a client; a mask of zeros leaves the payload as it is. */
function frame(first, payload, length = payload.length) {
  const head = length < 126 ? [first, 0x80 | length] : [first, 0xfe, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([...head, 0, 0, 0, 0]), payload]);
}

/** Frames that are none: half of one, half of a head, no mask, no such kind, no UTF-8, no end of what was begun. */
const FRAMES = [
  frame(0x81, Buffer.from('42["message","half'), 1_000),
  Buffer.from([0x81]),
  Buffer.from([0x81, 0x02, 0x34, 0x32]),
  frame(0x8b, Buffer.from("42")),
  frame(0x81, Buffer.from([0x34, 0xff, 0xfe])),
  frame(0xf1, Buffer.from("42[]")),
  Buffer.concat([frame(0x01, Buffer.from("42[")), frame(0x81, Buffer.from("2"))]),
  Buffer.concat([Buffer.from([0x81, 0xff]), Buffer.alloc(8, 0x7f), Buffer.alloc(4)]),
  ...PACKETS.map((packet) => frame(0x81, Buffer.from(packet))),
];

const OPENING = "/socket.io/?EIO=3&transport=polling&b64=1";

/** How long a client waits for the server to end its line, in milliseconds; then it drops it. */
const PATIENCE = 1_000;

/** One client, by polling or by WebSocket; `ended` is called for each session that is over. */
export async function breakForEver(url, polls, ended) {
  const { hostname, port } = new URL(url);
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  for (let turn = Math.floor(Math.random() * 100); ; turn++) {
    try {
      if (polls) await postBroken(agent, hostname, port, POSTS[turn % POSTS.length]);
      else await sendBroken(hostname, port, FRAMES[turn % FRAMES.length]);
    } catch {
      // A line that is cut is what is to be expected.
    }
    ended();
  }
}

async function postBroken(agent, hostname, port, body) {
  const opened = await ask({ agent, hostname, port, path: OPENING });
  const [, sid] = /"sid":"([^"]+)"/.exec(opened);
  await ask(
    {
      agent,
      hostname,
      port,
      path: `${OPENING}&sid=${sid}`,
      method: "POST",
      headers: { "content-type": "text/plain;charset=UTF-8" },
    },
    body,
  );
}

function ask(options, body) {
  return new Promise((resolve, reject) => {
    const request = http.request(options, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk) => (text += chunk));
      response.on("end", () => resolve(text));
      response.on("error", reject);
    });
    request.on("error", reject);
    request.end(body);
  });
}

function sendBroken(hostname, port, bytes) {
  return new Promise((resolve) => {
    const socket = net.connect(port, hostname);
    const drop = setTimeout(() => socket.destroy(), PATIENCE);
    socket.on("error", () => {});
    socket.on("close", () => {
      clearTimeout(drop);
      resolve();
    });
    socket.once("data", () => socket.write(bytes));
    socket.on("data", () => {});
    socket.write(
      `GET /socket.io/?EIO=3&transport=websocket HTTP/1.1\r\nHost: ${hostname}:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
    );
  });
}
