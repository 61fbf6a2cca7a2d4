"""A service of several workers in processes of its own, and the clients that load it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from itertools import count
from pathlib import Path

import grpc
from keepsake.client import KeepsakeClient
from keepsake.v1.intercept_pb2_grpc import InterceptServiceStub

from tests.rpc.advisors import an_intercept

ROOT = Path(__file__).parents[1]
SMALL = ("-m", "tests.small_service", "-m", "tests.small_worker")
MUTE = ("-m", "tests.small_service", str(ROOT / "tests/mute_worker.py"))
REAL = ("-m", "keepsake.cli", "serve")
PAUSE_SECONDS = 0.002  # of a client between calls, so that workers have a processor to start on
NO_STORE = "redis://127.0.0.1:1"


class Service:
    """A supervisor's process; its log is read as it comes."""

    def __init__(self, *command, **settings):
        chosen = {"workers": 2, "address": "127.0.0.1:0", "drain_seconds": 0.5} | settings
        own = {f"KEEPSAKE_{name.upper()}": str(value) for name, value in chosen.items()}
        self.told = []
        self._news = threading.Condition()
        self.process = subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, *command],
            cwd=ROOT,
            env={**os.environ, **own},
            stderr=subprocess.PIPE,
            text=True,
        )
        self._reading = threading.Thread(target=self._read)
        self._reading.start()

    @property
    def port(self):
        """Return the port that all its workers share."""
        return self.until("supervising")[0]["port"]

    def until(self, event, times=1, seconds=120):
        """Return what was told of an event, once it was told so often."""
        with self._news:
            if not self._news.wait_for(lambda: len(self.all(event)) >= times, seconds):
                raise TimeoutError(f"{event} not told {times} times: {self.told[-20:]}")
            return self.all(event)

    def all(self, event):
        """Return what was told of an event until now."""
        return [told for told in self.told if told["event"] == event]

    def signal(self, which):
        """Send a signal to the supervisor."""
        self.process.send_signal(which)

    def ended(self, seconds=60):
        """Return the exit code, once it has ended and all of its log is read."""
        code = self.process.wait(seconds)
        self._reading.join(seconds)
        return code

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.ended()
        finally:
            self.process.kill()  # its workers leave with it

    def _read(self):
        with self.process.stderr as lines:
            for line in lines:
                told = _told(line)
                if told["event"] != "call":
                    with self._news:
                        self.told.append(told)
                        self._news.notify_all()


def _told(line):
    """Return what a line tells; gRPC's own lines are not JSON."""
    try:
        return json.loads(line)
    except ValueError:
        return {"event": line}


class Callers:
    """Clients on threads of their own that call all the time, and note how it ended.

    The shipped client may try again where its service config says so; the plain ones, which have
    gRPC's own settings and no retries, get every failure.
    """

    def __init__(self, port, *, shipped=3, plain=3, make=an_intercept, seconds=20):
        self.failed = Counter()
        self.acknowledged = {}
        self._target = f"127.0.0.1:{port}"
        self._make, self._seconds = make, seconds
        self._numbers = count()
        self._over = threading.Event()
        kinds = [self._call_shipped] * shipped + [self._call_plain] * plain
        self._threads = [threading.Thread(target=kind) for kind in kinds]

    @property
    def answered(self):
        """Return how many calls were answered until now."""
        return len(self.acknowledged)

    def go_on(self, more=200, seconds=60):
        """Wait until so many more calls are answered."""
        until, enough = time.monotonic() + seconds, self.answered + more
        while self.answered < enough:
            if time.monotonic() > until:
                failed = self.failed.most_common(5)
                raise TimeoutError(f"{self.answered} answered; failed: {failed}")
            time.sleep(0.01)

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _requests(self):
        while not self._over.wait(PAUSE_SECONDS):
            yield self._make(f"call-{next(self._numbers)}")

    def _call_shipped(self):
        with KeepsakeClient(self._target) as client:
            for request in self._requests():
                answer = client.recommend_or_let_go(request, seconds=self._seconds)
                if answer.proceed:
                    self.failed[answer.why] += 1
                else:
                    self.acknowledged[request.request_id] = answer.decision

    def _call_plain(self):
        options = [("grpc.use_local_subchannel_pool", 1), ("grpc.enable_retries", 0)]
        with grpc.insecure_channel(self._target, options=options) as channel:
            stub = InterceptServiceStub(channel)
            for request in self._requests():
                try:
                    answer = stub.Recommend(request, timeout=self._seconds)
                    self.acknowledged[request.request_id] = answer.decision
                except grpc.RpcError as error:
                    self.failed[f"plain: {error.code().name}: {error.details()}"] += 1


def kill(pid):
    """Kill a process as a crash would."""
    os.kill(pid, signal.SIGKILL)


def lives(pid):
    """Tell whether a process is still there."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
