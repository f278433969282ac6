"""What is kept on disk: the guest's token, and a file for each line that has no final answer yet.
And the rules of sending: what is sent when, and what an answer makes of it."""

import json
import os
import secrets
import time
from pathlib import Path

BACKOFF = 0.25  # seconds, the first wait where the server names none
LONGEST = 10.0


class Outbox:
    def __init__(self, folder):
        """What is kept below `folder` is of one guest at one address."""
        self.folder = Path(folder)
        (self.folder / "outbox").mkdir(mode=0o700, parents=True, exist_ok=True)
        # This user's lines without a final answer by client id, oldest first.
        self.items = {}
        self.in_flight = self.window = 1
        self.paused_until = 0.0
        self.backoff = BACKOFF
        self.last_ms = 0

    def token(self):
        """Made and kept before it is first used: whoever has it is this guest."""
        file = self.folder / "token"
        if not file.exists():
            keep(file, secrets.token_urlsafe(32))
        return file.read_text()

    def open(self, server, user, in_flight):
        """On a new connection: takes up what waits for this very server and user, to be sent again.
        Returns how many lines wait for others; they stay where they are."""
        self.pair = {"server": server, "user": user}
        self.in_flight = self.window = in_flight
        self.paused_until = 0.0
        kept = sorted(file.stem for file in (self.folder / "outbox").glob("*.json"))
        self.items.clear()
        for client_id in kept:
            item = json.loads(self.file(client_id).read_text("utf-8"))
            if item["server"] == server and item["user"] == user:
                self.items[client_id] = item
            self.last_ms = max(self.last_ms, time_of(client_id))
        return len(kept) - len(self.items)

    def new_id(self):
        """A UUIDv7, greater than all before it whatever the clock says: the files' order is that of
        the lines."""
        self.last_ms = max(time.time_ns() // 1_000_000, self.last_ms + 1)
        return uuid7(self.last_ms)

    def add(self, room, text):
        """Takes a line. It is on the disk when this returns, and only then may it be sent."""
        client_id = self.new_id()
        item = {**self.pair, "room": room, "text": text}
        keep(self.file(client_id), json.dumps(item))
        self.items[client_id] = item

    def due(self, now):
        """What is to be sent now, oldest first, each after the one before it in its room."""
        due = []
        before = {}
        sent = sum("sent" in item for item in self.items.values())
        free = 0 if now < self.paused_until else self.window - sent
        for client_id, item in self.items.items():
            if "sent" not in item:
                if free <= 0:
                    break
                free -= 1
                item["sent"] = True
                # Worked out anew each time: what has its final answer is not waited for.
                fields = {"room": item["room"], "client_id": client_id, "after": before.get(item["room"])}
                due.append({**fields, "content": {"type": "text", "text": item["text"]}, "mentions": []})
            before[item["room"]] = client_id
        return due

    def settle(self, client_id):
        """`ok`, an error that is final, or the own entry, whichever is first: the line is done."""
        if self.items.pop(client_id, None) is None:
            return False
        self.file(client_id).unlink(missing_ok=True)
        self.window = min(self.in_flight, self.window + 1)
        self.backoff = BACKOFF
        return True

    def later(self, client_id, error, now):
        """No final answer: the same goes again, under the same id. One at a time, until one is taken."""
        if client_id not in self.items:
            return
        self.items[client_id].pop("sent", None)
        self.window = 1
        if "retry_after_ms" in error:
            self.paused_until = max(self.paused_until, now + error["retry_after_ms"] / 1000)
        elif now >= self.paused_until:
            self.paused_until = now + self.backoff
            self.backoff = min(self.backoff * 2, LONGEST)

    def file(self, client_id):
        return self.folder / "outbox" / f"{client_id}.json"


def keep(file, text):
    """Returns when it is on the disk. A crash before that leaves nothing of it, never a half."""
    new = file.with_name(f"{file.name}.new")
    with open(new, "w", encoding="utf-8", opener=lambda path, flags: os.open(path, flags, 0o600)) as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    os.replace(new, file)
    directory = os.open(file.parent, os.O_RDONLY)
    os.fsync(directory)
    os.close(directory)


def uuid7(milliseconds):
    when, dice = f"{milliseconds:012x}", secrets.token_hex(9)
    return f"{when[:8]}-{when[8:]}-7{dice[:3]}-8{dice[3:6]}-{dice[6:]}"


def time_of(client_id):
    return int(client_id.replace("-", "")[:12], 16)
