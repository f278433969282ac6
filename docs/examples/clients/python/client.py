"""A small, complete client of the chat: it joins a room, reads back, listens, and sends each line of
its input exactly once. ../README.md tells its shape and what each rule is for; the rules are those
of docs/protocol.md, "Delivery".

    client.py URL ROOM NAME
"""

import asyncio
import json
import os
import random
import re
import signal
import sys
import threading
import time
from urllib.parse import urlsplit

import socketio
from outbox import Outbox
from screen import say, show
from timeline import Timeline

TICK = 0.1  # how often it looks whether something is due, in seconds
ANSWER = 20.0  # every request is answered: after so long without, the line is dead
READ_BACK = 1_000  # how many entries it reads back
FOREVER = float("inf")
NAMESPACE = "/v1"

now = time.monotonic  # a clock that nobody sets


class Client:
    def __init__(self, url, room_name, name):
        self.url, self.room_name, self.name = url, room_name, name
        self.outbox = Outbox(re.sub(r"[/\\:]", "_", f"{name}@{urlsplit(url).netloc}"))
        # What happens: (connection, handler, what it is given). One loop works it off, in order.
        self.events = asyncio.Queue()
        # The connection, and its requests without an answer by `rid`.
        self.socket = None
        self.online = False
        self.asked = {}
        self.tries = 0
        self.reconnect_at = 0.0
        self.welcome_by = FOREVER
        self.next_sync = 0.0
        # What `welcome` told, and the room.
        self.server = self.user = self.limits = None
        self.room = self.timeline = None
        self.behind = 0
        # The input.
        self.taken = threading.Semaphore()
        self.reading = self.ended = self.refused = False

    async def run(self):
        self.tick_again()
        while True:
            socket, handler, args = await self.events.get()
            # What an earlier connection still says is no matter any more.
            if socket in (None, self.socket):
                await handler(*args)

    def tick_again(self):
        self.events.put_nowait((None, self.tick, ()))
        asyncio.get_running_loop().call_later(TICK, self.tick_again)

    # ---- Join ----

    async def connect(self):
        self.reconnect_at = FOREVER
        self.welcome_by = now() + ANSWER
        # A new socket each time, which does not come back by itself: what is asked on one is not
        # meant for the next.
        socket = self.socket = socketio.AsyncClient(reconnection=False, handle_sigint=False)

        # Socket.IO handles each event in a task of its own. Order is kept by what only notes it.
        def on(event, handler):
            socket.on(event, lambda *args: self.events.put_nowait((socket, handler, args)), NAMESPACE)

        on("welcome", self.welcome)
        on("entries", self.entries)
        on("answer", self.answer)
        on("closing", lambda closing: self.closed(closing["error"]))
        on("connect_error", lambda refusal: self.closed(read_refusal(refusal)))
        on("disconnect", self.down)
        auth = {"guest": self.name, "token": self.outbox.token(), "client": "example-python/1", "protocol": 1}
        opening = socket.connect(self.url, auth=auth, namespaces=[NAMESPACE], transports=["websocket"], wait=False)
        try:
            await asyncio.wait_for(opening, ANSWER)
        except (socketio.exceptions.ConnectionError, asyncio.TimeoutError) as error:
            await self.down(str(error))

    async def closed(self, error):
        """The server refuses the connection, or is about to end it."""
        if error["retry"] == "never":
            self.quit(1, error["message"])
        await self.down(error["message"], error.get("retry_after_ms"))

    async def down(self, reason, wait_ms=None):
        """The connection is over. What has no answer is asked again on the next one."""
        socket, self.socket = self.socket, None
        self.online = False
        self.asked.clear()
        self.welcome_by = FOREVER
        if wait_ms is None:
            wait_ms = min(10_000, 250 * 2**self.tries) * random.uniform(0.5, 1.5)
            self.tries = min(self.tries + 1, 16)
        say(f"reconnecting in {wait_ms / 1000:.1f} s: {reason}")
        self.reconnect_at = now() + wait_ms / 1000
        self.closing = asyncio.create_task(socket.disconnect())

    async def welcome(self, welcome):
        """Nothing is sent before this. What is kept belongs to the pair of server and user told here."""
        server, user, self.limits = welcome["server"]["id"], welcome["user"]["id"], welcome["limits"]
        say(f"connected as {welcome['user']['name']}")
        self.welcome_by = FOREVER
        if (self.server, self.user) != (server, user):
            self.room = self.timeline = None
        self.server, self.user = server, user
        others = self.outbox.open(server, user, self.limits["in_flight"])
        if others > 0:
            say(f"{others} lines in {self.outbox.folder} wait for another server or user, and are not sent")
        if self.room is None:
            await self.ask("find", "room:find", {"name": self.room_name})
        else:
            await self.sync()

    async def sync(self):
        """Asks where the room stands: on each connection, from time to time, and where something is odd."""
        if "sync" in self.asked:
            return
        self.next_sync = now() + self.limits["sync_ms"] / 1000 * random.uniform(0.75, 1.25)
        place = self.timeline and self.timeline.place
        await self.ask("sync", "sync", {"cursors": [{"room": self.room, **place}] if place else [], "show": []})

    async def synced(self, reply):
        state = next((state for state in reply["rooms"] if state["room"]["id"] == self.room), None)
        if state is None:
            self.quit(1, f"You are in {self.room_name} no longer.")
        epoch, head, timeline = state["epoch"], state["head"]["seq"], self.timeline
        # A log that was made anew, or that went on for too long without us, is read from its end again.
        too_far = timeline and not self.online and head - timeline.seq > self.limits["catch_up"]
        if timeline is None or state["reset"] or too_far or epoch != timeline.epoch:
            self.timeline = Timeline(epoch, head, READ_BACK)
        self.timeline.head = max(self.timeline.head, head)
        self.tries = 0
        self.online = True
        await self.read()
        self.read_input()
        await self.pump()

    # ---- Ask ----

    async def ask(self, rid, event, fields):
        """Sends a request. It is answered once, by an `answer` with the same `rid`."""
        self.asked[rid] = {"event": event, "fields": fields, "at": now()}
        try:
            await self.socket.emit(event, {"rid": rid, **fields}, NAMESPACE)
        except socketio.exceptions.SocketIOError:
            pass  # the connection is over, and says so itself

    async def answer(self, answer):
        rid, ok, error = answer["rid"], answer.get("ok"), answer.get("error")
        request = self.asked.pop(rid, None)
        if request is None:
            return
        event, fields = request["event"], request["fields"]
        if event == "message:send":
            await self.sent(fields, ok, error)
        elif error:
            await self.not_done(rid, request, error)
        elif event == "room:find":
            # Joining changes nothing for a member, and so does no harm when it is done again.
            await self.ask("join", "room:join", {"room": ok["id"], "client_id": self.outbox.new_id()})
        elif event == "room:join":
            self.room = fields["room"]
            await self.sync()
        elif event == "sync":
            await self.synced(ok)
        elif event == "history:read":
            await self.page(ok)

    async def not_done(self, rid, request, error):
        if error["code"] == "epoch_changed":
            return await self.sync()
        if error["retry"] == "never":
            self.quit(1, error["message"])
        self.asked[rid] = {**request, "again": now() + error.get("retry_after_ms", 1_000) / 1000}

    # ---- Listen and read back ----

    async def entries(self, frame):
        self.settle_own(frame["entries"])
        if frame["room"] != self.room or self.timeline is None:
            return
        if frame["epoch"] != self.timeline.epoch or not frame["entries"]:
            return await self.sync()
        self.timeline.live(frame["entries"])
        self.show_news()

    async def read(self):
        """Asks for what is missing."""
        if "page" in self.asked or not self.timeline.is_behind:
            return
        fields = {"room": self.room, "after": self.timeline.seq}
        place = {"place": self.timeline.place} if self.timeline.place else {}
        await self.ask("page", "history:read", {**fields, **place})

    async def page(self, page):
        self.settle_own(page["entries"])
        self.timeline.page(page)
        self.show_news()
        await self.read()

    def show_news(self):
        for line in self.timeline.news():
            show(line)

    # ---- Send ----

    def read_input(self):
        """Begins to take lines, now that it is known whose they are."""
        if self.reading:
            return
        self.reading = True
        loop = asyncio.get_running_loop()

        # Reading blocks, and so has a thread of its own; it goes on when the line is taken.
        def read():
            for line in sys.stdin:
                self.taken.acquire()
                loop.call_soon_threadsafe(self.events.put_nowait, (None, self.line, (line.rstrip("\r\n"),)))
            loop.call_soon_threadsafe(self.events.put_nowait, (None, self.end, ()))

        threading.Thread(target=read, daemon=True).start()

    async def line(self, text):
        self.taken.release()
        if text.strip() != "":
            self.outbox.add(self.room, text)
            await self.pump()

    async def end(self):
        self.ended = True

    async def pump(self):
        """Sends what is due, between `welcome` and the end of the connection alone."""
        if self.online:
            for fields in self.outbox.due(now()):
                await self.ask(fields["client_id"], "message:send", fields)

    async def sent(self, fields, ok, error):
        client_id, room, text = fields["client_id"], fields["room"], fields["content"]["text"]
        if error and error["retry"] != "never":
            say(f"sent again in a moment: {error['code']}")
            if error["retry"] == "now":
                await self.sync()
            return self.outbox.later(client_id, error, now())
        is_new = self.outbox.settle(client_id)
        if error:
            if is_new:
                say(f"not sent: {text} ({error['message']})")
            self.refused = self.refused or is_new
        elif room == self.room:
            # Its entry is under way; should it be lost, a page brings it.
            self.timeline.head = max(self.timeline.head, ok["seq"])
        await self.pump()

    def settle_own(self, entries):
        """An own entry is as good as the answer, and may come first."""
        for entry in entries:
            if entry["author"]["id"] == self.user:
                self.outbox.settle(entry["client_id"])

    # ---- What time brings ----

    async def tick(self):
        if now() >= self.reconnect_at:
            return await self.connect()
        if now() >= self.welcome_by:
            return await self.down("the server does not answer")
        for rid, request in list(self.asked.items()):
            if "again" not in request and now() >= request["at"] + ANSWER:
                return await self.down("the server does not answer")
            if now() >= request.get("again", FOREVER):
                await self.ask(rid, request["event"], request["fields"])
        if not self.online:
            return
        if now() >= self.next_sync:
            await self.sync()
        # What is missing may still be under way: some ticks of patience.
        self.behind = self.behind + 1 if self.timeline.is_behind else 0
        if self.behind > 2:
            await self.read()
        await self.pump()
        if self.ended and not self.outbox.items and not self.timeline.is_behind:
            self.quit(1 if self.refused else 0)

    def quit(self, code, reason=None):
        if reason:
            say(reason)
        sys.stdout.flush()
        os._exit(code)  # the thread that reads the input would not let go of it


def read_refusal(refusal):
    """A refused handshake carries the JSON of an error object; other texts tell of the line."""
    message = str(refusal.get("message") if isinstance(refusal, dict) else refusal)
    try:
        return {"retry": "later", "message": message, **json.loads(message)}
    except (ValueError, TypeError):
        return {"retry": "later", "message": message}


def main():
    if len(sys.argv) != 4 or not urlsplit(sys.argv[1]).netloc:
        say("usage: client.py URL ROOM NAME")
        sys.exit(2)
    sys.stdin.reconfigure(encoding="utf-8", errors="replace")
    sys.stdout.reconfigure(encoding="utf-8")
    sys.stderr.reconfigure(encoding="utf-8")
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    asyncio.run(Client(*sys.argv[1:]).run())


if __name__ == "__main__":
    main()
