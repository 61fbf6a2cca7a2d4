"""A worker that serves nobody and starts at once; how it behaves stands on the command line."""

import contextlib
import signal
import socket
import sys
from pathlib import Path

signal.signal(signal.SIGTERM, lambda *_: sys.exit())
behaviour, *rest = sys.argv[1:]
line = socket.socket(fileno=0)
if behaviour == "refuses" or (behaviour == "refuses-if" and Path(rest[0]).exists()):
    sys.exit(3)
if behaviour == "stays":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
line.send(b"+")
if behaviour == "dies":
    sys.exit(4)
with contextlib.suppress(OSError):
    line.recv(1)
