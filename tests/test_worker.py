"""A worker as its supervisor sees it."""

import signal
import sys

import pytest
from keepsake.worker import Worker

SERVES_THEN_HANGS = (
    "import socket, time\nline = socket.socket(fileno=0)\nline.send(b'+')\ntime.sleep(50)"
)
BEATS = (
    "import socket, time\nline = socket.socket(fileno=0)\nline.send(b'+')\n"
    "for _ in range(40):\n    time.sleep(0.05)\n    line.send(b'.')"
)


def worker(program, silent_seconds):
    """Start a worker of a few lines."""
    command = (sys.executable, "-c", program)
    return Worker(0, command=command, environment={}, silent_seconds=silent_seconds)


async def test_a_worker_that_hangs_is_killed():
    """A worker whose loop stands still takes its share of the calls, and answers none."""
    hanging = worker(SERVES_THEN_HANGS, 0.2)

    code = await hanging.ended()

    assert hanging.is_ready
    assert -signal.SIGKILL == code


@pytest.mark.slow
async def test_a_worker_that_beats_is_left_alone():
    """Would catch a supervisor that kills workers which serve."""
    beating = worker(BEATS, 1.5)

    code = await beating.ended()

    assert 0 == code
