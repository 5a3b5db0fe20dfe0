"""Runs a command on a terminal of its own and presses Ctrl-C there, and again half a second later with "again". With "file", it waits for that file
first.

Its argument is JSON: argv; whether its standard output is a pipe and not the terminal; a regular expression of what to wait
for, on the terminal or in the pipe, before Ctrl-C. Prints as JSON: what the terminal and the pipe got, and the exit code.
"""

import fcntl
import json
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time

order = json.loads(sys.argv[1])
until = order["until"].encode()
master, slave = pty.openpty()
fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, order.get("columns", 100), 0, 0))
reading, writing = os.pipe()


def take_terminal():
    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


child = subprocess.Popen(
    order["argv"],
    stdin=slave,
    stdout=writing if order["pipe"] else slave,
    stderr=slave,
    preexec_fn=take_terminal,
    env={**os.environ, "TERM": "xterm", "LANG": "C.UTF-8"},
)
os.close(slave)
os.close(writing)
got = {master: b"", reading: b""}
is_pressed = False
open_ends = [master, reading]

while open_ends:
    ready, _, _ = select.select(open_ends, [], [])
    for end in ready:
        try:
            data = os.read(end, 65536)
        except OSError:
            # What a terminal says when its last user has gone.
            data = b""
        if data == b"":
            open_ends.remove(end)
        got[end] += data
    if not is_pressed and any(re.search(until, text) for text in got.values()):
        is_pressed = True
        while "file" in order and not os.path.exists(order["file"]):
            time.sleep(0.05)
        os.write(master, b"\x03")
        if order.get("again"):
            time.sleep(0.5)
            os.write(master, b"\x03")

print(
    json.dumps(
        {
            "terminal": got[master].decode(),
            "pipe": got[reading].decode(),
            "code": child.wait(),
        }
    )
)
