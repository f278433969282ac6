// A storm of old clients that a server refuses and that come back at once and for ever, measured:
//
//   node storm.mjs URL PID [VERSION [CLIENTS [SECONDS]]]
//
// The server must require what they do not bring (`classic.require`). PID is its process: every ten
// seconds its memory is told, with the number of refusals and how long another client, in a process
// of its own, waits for the answer of a `sync`. The VERSION `broken` is a storm of clients that send
// what no client sends (`broken.mjs`); the server may be any.
import { fork } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { breakForEver } from "./broken.mjs";

const require = createRequire(import.meta.url);
const [url, pid, version = "1.3.5", clients = "100", seconds = "60"] = process.argv.slice(2);
const ROUND = 10_000;

/** Asks for a `sync` twenty times a second and tells the waits of each round. */
function bystander() {
  const socket = require("client-4.8").io(`${url}/v1`, {
    transports: ["websocket"],
    auth: { guest: "bystander" },
  });
  let waits = [];
  socket.on("welcome", async () => {
    for (;;) {
      const asked = performance.now();
      await socket.emitWithAck("sync", { cursors: [], show: [] });
      waits.push(performance.now() - asked);
      await new Promise((done) => setTimeout(done, 50));
    }
  });
  process.on("message", () => {
    waits.sort((a, b) => a - b);
    const at = (part) => waits[Math.floor(waits.length * part)]?.toFixed(1);
    process.send(`sync ${at(0.5)} ms, 99 of 100 in ${at(0.99)} ms`);
    waits = [];
  });
}

async function storm() {
  const other = fork(process.argv[1], process.argv.slice(2), {
    env: { ...process.env, STORM_BYSTANDER: "1" },
  });
  const isBroken = version === "broken";
  let refusals = 0;
  const round = async (what) => {
    await new Promise((done) => setTimeout(done, ROUND));
    const told = new Promise((done) => other.once("message", done));
    other.send("tell");
    const memory = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1] / 1024;
    console.log(
      `${what}: ${memory.toFixed(1)} MB, ${refusals} ${isBroken ? "broken sessions" : "refusals"}, ${await told}`,
    );
  };
  await round("calm");
  const io = isBroken ? null : require(`client-${version}`);
  for (let number = 0; number < Number(clients); number++) {
    if (isBroken) {
      void breakForEver(url, number % 2 === 0, () => refusals++);
      continue;
    }
    const transports = number % 2 ? ["websocket"] : ["polling"];
    const socket = io(url, {
      forceNew: true,
      "force new connection": true,
      reconnectionDelay: 1,
      reconnectionDelayMax: 1,
      transports,
    });
    // A refused client stays on the line; one that gives up its line comes back by itself.
    socket.on("error", () => {
      refusals++;
      socket.io.engine.close();
    });
  }
  for (let past = 0; past < Number(seconds); past += ROUND / 1_000) await round(`${past + ROUND / 1_000} s`);
  other.kill();
  process.exit();
}

if (process.env.STORM_BYSTANDER) bystander();
else await storm();
