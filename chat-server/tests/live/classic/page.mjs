// What the driver does with classic pages, besides what it does with ours.

/** What a page of the book chapter asks for. No other dialog is expected anywhere. */
const QUESTION = /^What (username would you like use|should the others call you)\?$/;

/**
 * The actions. `pages` and `contexts` are the driver's own, by key; `watch` notes what a page asks other hosts for and
 * what it complains about, and `received` is what came to pages since `record` was asked for.
 */
export function classic({ browser, pages, contexts, received, watch, complain }) {
  /** Answers the page's prompts, in order; null cancels one, and `{ text, after_ms }` keeps it waiting. */
  function answerPrompts(page, key, answers) {
    page.on("dialog", async (dialog) => {
      if (dialog.type() !== "prompt" || !QUESTION.test(dialog.message()) || answers.length === 0) {
        complain(`${key} opened a dialog: ${dialog.type()}: ${dialog.message()}`);
        return dialog.dismiss();
      }
      const answer = answers.shift();
      const text = answer?.text ?? answer;
      await new Promise((resolve) => setTimeout(resolve, answer?.after_ms ?? 0));
      // A page may be closed before its question is answered.
      await (text === null ? dialog.dismiss() : dialog.accept(text)).catch(() => {});
    });
  }

  return {
    /** Opens a page; `hosts` are those that it may ask, `beside` is a page in whose profile it opens. */
    async open_classic({ page: key, url, answers, hosts, beside }) {
      const context = beside
        ? contexts.get(beside)
        : await browser.newContext({ viewport: { width: 400, height: 600 } });
      context.setDefaultTimeout(60_000);
      const page = await context.newPage();
      watch(page, key, ...hosts);
      answerPrompts(page, key, answers);
      pages.set(key, page);
      contexts.set(key, context);
      // A page that asks for a name may do so before it has loaded.
      await page.goto(url, { waitUntil: "commit" });
    },

    async say_classic({ page: key, text }) {
      const page = pages.get(key);
      // Before its scripts are there a form would only load the page anew.
      await page.waitForLoadState("load");
      const field = page.locator("#text");
      await field.fill(text);
      await field.press("Enter");
      const left = await field.inputValue();
      if (left !== "") throw new Error(`${key} has not cleared its input: ${left}`);
    },

    /** Emits an event as a script of the page would; with `ack` it waits for the acknowledgement. */
    async emit({ page: key, event, args, ack }) {
      const page = pages.get(key);
      // Its scripts may still be on their way.
      await page.waitForFunction(() => typeof socket !== "undefined");
      return page.evaluate(
        ({ event, args, ack }) =>
          new Promise((resolve, reject) => {
            const acknowledged = ack ? [resolve] : [];
            socket.emit(event, ...args, ...acknowledged);
            if (ack) setTimeout(() => reject(new Error(`${event} is not acknowledged after 30 s`)), 30_000);
            else resolve(null);
          }),
        { event, args, ack },
      );
    },

    /** Has the page hear an event that no server sent. */
    hear: ({ page: key, event, args }) =>
      pages.get(key).evaluate(({ event, args }) => void socket.onevent({ data: [event, ...args] }), { event, args }),

    /** What the page's list shows, from top to bottom. */
    shown: ({ page: key }) =>
      pages.get(key).evaluate(() => [...document.querySelectorAll("#messages > *")].map((line) => line.textContent)),

    /** Everything that the page shows, which may have hardly begun to load. */
    text_classic: ({ page: key }) => pages.get(key).evaluate(() => document.body?.innerText ?? ""),

    /** The colours that a list shows, from top to bottom. */
    colors: ({ page: key }) =>
      pages
        .get(key)
        .evaluate(() => [...document.querySelectorAll("#messages [style]")].map((name) => name.style.color)),

    /** What a page made of something that was to be text: elements that no such page makes, and what they did. */
    harm: ({ page: key }) =>
      pages.get(key).evaluate(() => {
        const made = [...document.querySelectorAll("#messages > * :not(span, b), [role=log] :is(img, script, iframe)")];
        return [...made.map((element) => element.outerHTML), ...(window.owned ? [`owned by ${window.owned}`] : [])];
      }),

    /** Which transport the connection has now, and its Engine.IO session id. */
    engine: ({ page: key }) =>
      pages.get(key).evaluate(() => {
        const engine = typeof socket === "undefined" ? null : socket.io.engine;
        return { transport: engine?.transport?.name ?? null, id: engine?.id ?? null };
      }),

    /** Whether a page's script has a connection. */
    connected: ({ page: key }) =>
      pages.get(key).evaluate(() => typeof socket !== "undefined" && socket.connected === true),

    /** Who said what, as the timeline of our page shows it, from top to bottom; what is answered only. */
    spoken: ({ page: key }) =>
      pages.get(key).evaluate(() =>
        [...document.querySelectorAll("[role=log] .message[data-seq]")].map((line) => ({
          author: line.querySelector(".author").textContent,
          text: line.querySelector(".text").textContent.trim(),
        })),
      ),

    /** Makes an account of nobody who was there before, over HTTP, as our page does: the profile has its cookie then. */
    sign_up: ({ page: key, identity }) =>
      pages.get(key).evaluate(async (identity) => {
        const body = JSON.stringify({ identity, password: "correct horse battery" });
        const answer = await fetch("/api/account/register", { method: "POST", body });
        if (!answer.ok) throw new Error(await answer.text());
      }, identity),

    /** From now on, all that pages receive over Socket.IO is kept; only of pages that are opened later. */
    record() {
      received.recording = true;
    },

    /** All that a page has received over Socket.IO, as it came. */
    received: ({ page: key }) => received.by.get(key) ?? [],
  };
}
