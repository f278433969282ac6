"""A classic client in Python.

    client.py URL TRANSPORT DIALECT NAME

Each line of stdin, a text as JSON, is said in that dialect (A or B); its end ends the client. Each
line of stdout is an event that was heard, as JSON: its name and its arguments.
"""

import json
import sys
import threading

import socketio

SAYING = {"A": "message", "B": "clientMessage"}
HEARD = ["message", "serverMessage", "server-talking", "chat message", "news"]

url, transport, dialect, name = sys.argv[1:]
client = socketio.Client(reconnection=False)
# Each event is handled in a thread of its own.
writing = threading.Lock()


def tell(event):
    def heard(*arguments):
        with writing:
            print(json.dumps([event, *arguments]), flush=True)

    client.on(event, heard)


for event in HEARD:
    tell(event)


@client.on("login")
def login():
    if dialect == "B":
        client.emit("login", name)


client.connect(url, transports=[transport])
for line in sys.stdin:
    client.emit(SAYING[dialect], json.loads(line))
client.disconnect()
