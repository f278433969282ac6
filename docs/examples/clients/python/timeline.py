"""What is held of a room: its lines as they read now, and how far nothing of its log is missing."""


class Timeline:
    def __init__(self, epoch, head, entries):
        """Begins so many entries before the end of the log, which `sync` has told."""
        self.epoch = epoch
        # Up to `seq` nothing is missing; up to `head` the log is known to go.
        self.seq = max(0, head - entries)
        self.id = None
        self.head = head
        self.most = entries
        self.lines = {}  # by seq
        self.changed = set()  # the lines that are to be shown

    @property
    def place(self):
        """The place up to which everything is here; none before the first page."""
        return self.id and {"epoch": self.epoch, "seq": self.seq, "id": self.id}

    @property
    def is_behind(self):
        return self.seq < self.head

    def live(self, entries):
        """Entries as they are stored. What is not the next one shows a gap, and a page will bring it."""
        for entry in entries:
            if entry["seq"] == self.seq + 1:
                self.fold(entry)
                self.reach(entry)
            self.head = max(self.head, entry["seq"])

    def page(self, page):
        """A page of what comes after `seq`. Its `entries` are those that draw a line; `amendments` are
        the edits and deletions in force for them, wherever those stand in the log."""
        if page["epoch"] != self.epoch:
            return  # it was asked for before the log was made anew
        for entry in page["entries"] + page["amendments"]:
            self.fold(entry)
        to = page["to"]
        # Live entries may have come further meanwhile.
        if to and to["seq"] > self.seq:
            self.reach(to)
        self.head = max(self.head, page["head"]["seq"]) if to else self.seq

    def reach(self, mark):
        self.seq, self.id = mark["seq"], mark["id"]

    def fold(self, entry):
        """Of each field the entry with the highest seq has the last word, in whatever order they come."""
        seq, kind = entry["seq"], entry["kind"]
        if kind == "message" and seq not in self.lines:
            name, text = entry["author"]["name"], entry["content"]["text"]
            self.lines[seq] = {"name": name, "text": text, "edited": 0, "deleted": False}
            self.changed.add(seq)
        if kind not in ("edit", "delete"):
            return
        # Where the message is not held this can be dropped: the page that brings the one brings the other.
        line = self.lines.get(entry["target"]["seq"])
        if line is None or line["deleted"] or (kind == "edit" and seq <= line["edited"]):
            return
        line.update({"deleted": True} if kind == "delete" else {"text": entry["content"]["text"], "edited": seq})
        self.changed.add(entry["target"]["seq"])

    def news(self):
        """The lines that are new, and those that read otherwise than when they were last shown."""
        news = []
        for seq in sorted(self.changed):
            line = self.lines[seq]
            text = f"{line['text']} (edited)" if line["edited"] else line["text"]
            news.append(f"{line['name']}: {'(message deleted)' if line['deleted'] else text}")
        self.changed.clear()
        for seq in list(self.lines)[: -self.most]:
            del self.lines[seq]
        return news
