// The files that pages load, with as much of a browser around them as they look at: they poll in
// another way than the same versions do in Node. A page of another origin, so that what a browser
// asks for before it hands on an answer is asked for here too.

import { readFileSync } from "node:fs";
import http from "node:http";
import { createRequire } from "node:module";
import vm from "node:vm";

const require = createRequire(import.meta.url);

/** Where the file of each version is. */
const FILES = ["socket.io.js", "dist/socket.io.js"];

/** The `io` of that version's file in a page of that origin, whose cookie is sent along. */
export function ioOfBrowser(version, origin, cookie) {
  const folder = new URL(`node_modules/client-${version}/`, import.meta.url);
  const [code] = FILES.flatMap((file) => readIfThere(new URL(file, folder)));
  const page = {
    ...{ ArrayBuffer, Blob, DataView, TextDecoder, TextEncoder, Uint8Array, URL, atob, btoa, console },
    ...{ clearInterval, clearTimeout, queueMicrotask, setInterval, setTimeout },
    navigator: { userAgent: "a browser", onLine: true },
    location: locationOf(origin),
    XMLHttpRequest: xhrOf(origin, cookie),
    WebSocket: webSocketOf(folder, origin, cookie),
    addEventListener() {},
    removeEventListener() {},
  };
  vm.createContext(page);
  vm.runInContext("globalThis.window = globalThis.self = globalThis", page);
  vm.runInContext(code, page);
  return page.io;
}

function readIfThere(file) {
  try {
    return [readFileSync(file, "utf8")];
  } catch (error) {
    if (error.code === "ENOENT") return [];
    throw error;
  }
}

function locationOf(origin) {
  const { protocol, hostname, port } = origin === "null" ? new URL("http://file.invalid") : new URL(origin);
  return { protocol, hostname, port, host: port ? `${hostname}:${port}` : hostname };
}

/** The WebSocket of the newest client's own package is made after the browsers'. */
function webSocketOf(folder, origin, cookie) {
  const WebSocket = createRequire(new URL("../client-4.8/package.json", folder))("ws");
  return class extends WebSocket {
    constructor(address, protocols) {
      super(address, protocols, { origin, headers: cookie ? { cookie } : {} });
    }
  };
}

/** An XMLHttpRequest of that origin, of the second generation. */
function xhrOf(origin, cookie) {
  return class {
    readyState = 0;
    status = 0;
    responseType = "";
    withCredentials = false;
    #headers = cookie ? { origin, cookie } : { origin };
    #answer = {};
    #request;

    open(method, address) {
      this.#request = { method, address };
    }

    setRequestHeader(name, value) {
      this.#headers[name.toLowerCase()] = value;
    }

    getResponseHeader(name) {
      return this.#answer.headers?.[name.toLowerCase()] ?? null;
    }

    get response() {
      const { body } = this.#answer;
      if (this.responseType !== "arraybuffer") return this.responseText;
      return body.buffer.slice(body.byteOffset, body.byteOffset + body.byteLength);
    }

    get responseText() {
      if (this.responseType !== "") throw new Error("this answer is no text");
      return this.#answer.body.toString("utf8");
    }

    async send(data) {
      const { method, address } = this.#request;
      const body = data instanceof Blob ? Buffer.from(await data.arrayBuffer()) : Buffer.from(data ?? "");
      const kind = this.#headers["content-type"] ?? "";
      try {
        if (method === "POST" && !kind.startsWith("text/plain")) await this.#preflight(address);
        const answer = await ask(method, address, this.#headers, body);
        this.#allowed(answer.headers);
        this.#answer = answer;
        this.status = answer.status;
        this.#turn(2);
      } catch {
        this.#answer = { headers: {}, body: Buffer.alloc(0) };
        this.status = 0;
      }
      this.#turn(4);
    }

    abort() {
      this.onreadystatechange = null;
    }

    #turn(state) {
      this.readyState = state;
      this.onreadystatechange?.();
    }

    /** Asks whether it may ask, as a browser does before it posts anything but text. */
    async #preflight(address) {
      const headers = {
        origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": "content-type",
      };
      const answer = await ask("OPTIONS", address, headers, Buffer.alloc(0));
      this.#allowed(answer.headers);
      const names = answer.headers["access-control-allow-headers"] ?? "";
      if (answer.status >= 300 || !names.includes("content-type")) throw new Error("not allowed");
    }

    /** A browser keeps an answer from a page that the answer does not name. */
    #allowed(headers) {
      const allowed = headers["access-control-allow-origin"];
      const credentials = headers["access-control-allow-credentials"] === "true";
      const anybody = allowed === "*" && !this.withCredentials;
      if (!anybody && (allowed !== origin || (this.withCredentials && !credentials))) throw new Error("not allowed");
    }
  };
}

function ask(method, address, headers, body) {
  return new Promise((resolve, reject) => {
    const request = http.request(address, { method, headers: { ...headers, "content-length": body.length } });
    request.on("error", reject);
    request.on("response", (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () =>
        resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) }),
      );
    });
    request.end(body);
  });
}
