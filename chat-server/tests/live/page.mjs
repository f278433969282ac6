// Drives pages in one headless Chromium: a JSON object a line on stdin, an answer a line on stdout.
//
//   {"id": 1, "page": "desk", "do": "open", "url": "http://…", "name": "page", "width": 1440, "height": 900}
//   {"id": 1, "ok": …}  or  {"id": 1, "error": "…"}
//
// $CHROMIUM is the browser. A page that asks any host but its own server is reported by `strangers`.
import { createInterface } from "node:readline";
import { createRequire } from "node:module";
import { classic } from "./classic/page.mjs";

const require = createRequire(new URL("../../web/package.json", import.meta.url));
const { chromium } = require("playwright-core");

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM,
  args: [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
    // Pages in the background are people too: they are drawn and timed as if in front.
    "--disable-renderer-backgrounding",
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
  ],
});
const pages = new Map();
/** The browser's profile that a page was opened in, also when the page is gone. */
const contexts = new Map();
const strangers = [];
const complaints = [];

/** Told at once, too: it may be why the test waits in vain for something else. */
function complain(text) {
  complaints.push(text);
  console.error(text);
}

/** What came to pages over Socket.IO, once that is to be kept. */
const received = { recording: false, by: new Map() };

/** Keeps what a page receives over Socket.IO. */
function record(page, key) {
  const kept = [];
  received.by.set(key, kept);
  page.on("websocket", (socket) => socket.on("framereceived", ({ payload }) => kept.push(String(payload))));
  page.on("response", async (response) => {
    const { pathname } = new URL(response.url());
    // A poll that ends with its page has no body any more.
    if (pathname === "/socket.io/") kept.push(await response.text().catch(() => ""));
  });
}

/** Notes whom a page asks, and what it complains about. */
function watch(page, key, ...homes) {
  page.on("request", (request) => {
    const target = new URL(request.url());
    if (!["data:", "blob:"].includes(target.protocol) && !homes.includes(target.host)) strangers.push(request.url());
  });
  page.on("websocket", (socket) => {
    if (!homes.includes(new URL(socket.url()).host)) strangers.push(socket.url());
  });
  if (received.recording) record(page, key);
  page.on("pageerror", (error) => complain(`${key}: ${error.stack ?? error}`));
  page.on("console", (message) => {
    // That the line is down while the server is down is no fault of the page's.
    if (message.type() === "error" && !/net::ERR_|WebSocket connection|Failed to load resource/.test(message.text())) {
      complain(`${key}: ${message.text()}`);
    }
    // No fault of the page's either, and worth to know when something is missing later.
    if (message.type() === "warning") console.error(`${key}: ${message.text()}`);
  });
}

/** Opens a page in that profile. */
async function enter(context, key, url) {
  const page = await context.newPage();
  watch(page, key, new URL(url).host);
  pages.set(key, page);
  contexts.set(key, context);
  await page.goto(url);
  return page;
}

/** The first view asks for a name. */
async function giveName(page, name) {
  const field = page.locator("input").first();
  await field.waitFor();
  await field.fill(name);
  await field.press("Enter");
}

/** Kills a page's process, as when the machine has no memory left. */
async function kill(key) {
  const page = pages.get(key);
  const dead = new Promise((resolve) => page.once("crash", resolve));
  const session = await page.context().newCDPSession(page);
  // It does not live to answer.
  session.send("Page.crash").catch(() => {});
  await dead;
  await page.close();
}

/** The timeline's lines, from top to bottom: all that are drawn, or those that the reader sees. */
const linesOf = (page, in_view) =>
  page.evaluate((in_view) => {
    const log = document.querySelector("[role=log]");
    const frame = log?.getBoundingClientRect();
    const isSeen = (line) => {
      const { top, bottom } = line.getBoundingClientRect();
      return bottom > frame.top && top < frame.bottom;
    };
    const texts = [...(log?.querySelectorAll(".text") ?? [])].filter((text) => !in_view || isSeen(text));
    return texts.map((text) => {
      const line = text.closest("[data-seq]");
      const reactions = [...(line?.querySelectorAll("[data-emoji]") ?? [])];
      return {
        seq: line ? Number(line.getAttribute("data-seq")) : null,
        text: text.textContent.trim(),
        whole: (text.closest("[data-key]") ?? text).textContent.replace(/\s+/g, " ").trim(),
        reactions: reactions.map((one) => `${one.getAttribute("data-emoji")} ${one.textContent.replace(/\D+/g, "")}`),
      };
    });
  }, in_view);

/**
 * Waits until the chosen line is the one with that word and stays in the view for a while: what is loaded about
 * it may push it out for a frame, and it is kept in the page wherever it is. Tells whether it came to that.
 */
const staysInView = (word) =>
  new Promise((done) => {
    const until = performance.now() + 20_000;
    let frames = 0;
    const look = () => {
      const log = document.querySelector("[role=log]");
      const text = log?.querySelector(".chosen .text");
      const [line, frame] = [text, log].map((part) => part?.getBoundingClientRect());
      const isThere = text?.textContent.includes(word) && line.top >= frame.top && line.bottom <= frame.bottom;
      frames = isThere ? frames + 1 : 0;
      if (frames === 20 || performance.now() > until) done(frames === 20);
      else requestAnimationFrame(look);
    };
    look();
  });

/** Where the timeline and its chosen line stand, and all that the page shows. */
const whereItIs = () => {
  const log = document.querySelector("[role=log]");
  const chosen = log?.querySelector(".chosen");
  const [line, frame] = [chosen, log].map((part) => part?.getBoundingClientRect());
  const stands = chosen ? `${chosen.textContent.trim()} from ${line.top} to ${line.bottom}` : "nothing";
  const view = `the view from ${frame?.top} to ${frame?.bottom}, ${log?.scrollTop} of ${log?.scrollHeight} px down`;
  return `chosen is ${stands}; ${view}\n${document.body.innerText}`;
};

/** Two frames: the first draws what was scrolled to, the second has measured it. */
const drawn = (page) =>
  page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done()))));

const actions = {
  async open({ page: key, url, name, width, height, dark, phone }) {
    const context = await browser.newContext({
      viewport: { width, height },
      colorScheme: dark ? "dark" : "light",
      hasTouch: Boolean(phone),
      reducedMotion: "reduce",
    });
    context.setDefaultTimeout(60_000);
    const page = await enter(context, key, url);
    await giveName(page, name);
    await page.locator("textarea:enabled").waitFor();
  },

  /** Comes in as somebody else, from the view that asks for a name. */
  name: ({ page: key, name }) => giveName(pages.get(key), name),

  /** Makes an account of the guest. */
  async register({ page: key, name, password }) {
    const page = pages.get(key);
    await actions.say({ page: key, text: `/register ${name}` });
    const fields = page.locator("dialog input[type=password]");
    await fields.first().waitFor();
    for (const field of await fields.all()) await field.fill(password);
    await page.locator("dialog button[type=submit]").click();
    await page.locator("dialog").waitFor({ state: "detached" });
  },

  async click({ page: key, label }) {
    await pages.get(key).getByRole("button", { name: label, exact: true }).click();
  },

  /** Everything that the page shows. */
  text: ({ page: key }) => pages.get(key).evaluate(() => document.body.innerText),

  /** What eyes see of it: without what is only read out. */
  seen: ({ page: key }) =>
    pages.get(key).evaluate(() => {
      // Not drawn for a moment in which nothing else happens.
      const aloud = [...document.querySelectorAll(".offscreen")];
      aloud.forEach((part) => part.style.setProperty("display", "none"));
      const text = document.body.innerText;
      aloud.forEach((part) => part.style.removeProperty("display"));
      return text;
    }),

  /** Another page of the same person: in the same browser, with the same storage. */
  async open_beside({ page: key, beside, url }) {
    const page = await enter(contexts.get(beside), key, url);
    await page.locator("textarea:enabled").waitFor();
  },

  /** The page's process dies, and nobody opens the page again. */
  die: ({ page: key }) => kill(key),

  async close({ page: key }) {
    await pages.get(key).close();
  },

  async say({ page: key, text }) {
    const composer = pages.get(key).locator("textarea");
    await composer.fill(text);
    await composer.press("Enter");
    // It stands in the composer until the browser has stored it; what is typed then is typed behind it.
    await pages.get(key).locator("textarea[aria-busy=false]").waitFor();
  },

  /** Types without sending. */
  async type({ page: key, text }) {
    await pages.get(key).locator("textarea").pressSequentially(text, { delay: 20 });
  },

  /** Presses a key wherever the focus is. */
  async press_there({ page: key, keys }) {
    await pages.get(key).keyboard.press(keys);
  },

  /** What the timeline shows, from top to bottom; a line that has no answer yet has no `seq`. */
  lines: ({ page: key }) => linesOf(pages.get(key), false),

  /** Presses a key and waits until what it does is drawn; what stands in the reader's view then. */
  async turn({ page: key, keys }) {
    const page = pages.get(key);
    await page.locator("textarea").press(keys);
    await drawn(page);
    return linesOf(page, true);
  },

  /** Turns the mouse's wheel over the timeline by so many pixels and waits until that is drawn. */
  async wheel({ page: key, by }) {
    const page = pages.get(key);
    await page.locator("[role=log]").hover();
    await page.mouse.wheel(0, by);
    await drawn(page);
  },

  /** What stands in the reader's view. */
  in_view: ({ page: key }) => linesOf(pages.get(key), true),

  /**
   * Goes to the line in which that word stands by a search, as people do, and back to where it was. What
   * stands in the reader's view there, or null and what the page shows instead.
   */
  async visit({ page: key, word }) {
    const page = pages.get(key);
    const field = page.locator("dialog input");
    const hit = page.locator("dialog [role=option]", { hasText: word });
    await actions.say({ page: key, text: `/search ${word}` });
    await field.waitFor();
    // Whoever searches too often is told to wait, and asks again.
    for (let tries = 0; tries < 20 && !(await hit.count()); tries++) {
      await hit.waitFor({ timeout: 1_000 }).catch(() => field.press("Enter"));
    }
    await field.press("ArrowDown");
    await field.press("Enter");
    if (!(await page.evaluate(staysInView, word))) return { lines: null, instead: await page.evaluate(whereItIs) };
    const lines = await linesOf(page, true);
    await page.keyboard.press("Escape");
    await field.press("Escape");
    await field.waitFor({ state: "detached" });
    return { lines, instead: "" };
  },

  /** How tall the timeline is, and the part of it from a line to the end of what it holds; in pixels. */
  heights: ({ page: key, text }) =>
    pages.get(key).evaluate((text) => {
      const log = document.querySelector("[role=log]");
      const line = [...log.querySelectorAll(".text")].find((line) => line.textContent.trim() === text);
      const top = line.closest("[data-seq]").getBoundingClientRect().top - log.getBoundingClientRect().top;
      return [log.clientHeight, Math.round(log.scrollHeight - log.scrollTop - top)];
    }, text),

  /** What the browser keeps of what is not sent yet. */
  kept: ({ page: key }) =>
    pages.get(key).evaluate(async () => {
      const answer = (asked) => new Promise((resolve) => (asked.onsuccess = () => resolve(asked.result)));
      const database = await answer(indexedDB.open("chat"));
      const kept = await answer(database.transaction("outbox").objectStore("outbox").getAll());
      database.close();
      return kept;
    }),

  /** What stands in the composer. */
  draft: ({ page: key }) => pages.get(key).locator("textarea").inputValue(),

  /** What the open dialog says; empty without one. */
  dialog: ({ page: key }) => pages.get(key).evaluate(() => document.querySelector("dialog[open]")?.innerText ?? ""),

  state: ({ page: key }) => pages.get(key).locator("[data-state]").first().getAttribute("data-state"),

  typing: ({ page: key }) => pages.get(key).locator("[data-typing]").allInnerTexts(),

  presence: ({ page: key }) =>
    pages
      .get(key)
      .locator("[data-user][data-presence]")
      .evaluateAll((people) => people.map((one) => `${one.textContent.replace(/\s+/g, " ").trim()} ${one.getAttribute("data-presence")}`)),

  header: ({ page: key }) => pages.get(key).locator("header").first().innerText(),

  async reload({ page: key }) {
    const page = pages.get(key);
    await page.reload();
    await page.locator("textarea:enabled").waitFor();
  },

  /**
   * The page's process dies; what opens the page again finds what the browser keeps, and no more. Tells the
   * milliseconds until it was dead, loaded, and ready.
   */
  async crash({ page: key }) {
    const times = [Date.now()];
    const url = pages.get(key).url();
    await kill(key);
    times.push(Date.now());
    const page = await enter(contexts.get(key), key, url);
    times.push(Date.now());
    await page.locator("textarea:enabled").waitFor();
    times.push(Date.now());
    return times.slice(1).map((time, index) => time - times[index]);
  },

  async press({ page: key, keys }) {
    await pages.get(key).locator("textarea").press(keys);
  },
  resize: ({ page: key, width, height }) => pages.get(key).setViewportSize({ width, height }),

  async picture({ page: key, path }) {
    await pages.get(key).screenshot({ path });
  },

  ...classic({ browser, pages, contexts, received, watch, complain }),

  /** Addresses of other hosts that a page asked for. */
  strangers: () => strangers,

  /** Exceptions and errors in the consoles. */
  complaints: () => complaints,
};

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  const answer = (fields) => process.stdout.write(JSON.stringify({ id: request.id, ...fields }) + "\n");
  // Not awaited: what is asked of one page goes on beside what is asked of another.
  Promise.resolve()
    .then(() => actions[request.do](request))
    .then((ok) => answer({ ok: ok ?? null }))
    .catch((error) => answer({ error: String(error.stack ?? error) }));
}
await browser.close();
