"""An empty gRPC server: takes bytes, answers bytes that never change. The ceiling of Python.

Started as `python -m bench.echo aio|pool REPLY_FILE`, it prints its port.
"""

from __future__ import annotations

import asyncio
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
import uvloop

SERVICE, METHOD = "bench.Echo", "Call"
PATH = f"/{SERVICE}/{METHOD}"
THREADS = 8


def tell_port(port: int) -> None:
    """Print where the server listens, for who started it."""
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()


async def serve_aio(reply: bytes) -> None:
    """Serve on one asyncio thread, under uvloop."""

    async def answer(_request: bytes, _context: object) -> bytes:
        return reply

    server = grpc.aio.server()
    handlers = {METHOD: grpc.unary_unary_rpc_method_handler(answer)}
    server.add_registered_method_handlers(SERVICE, handlers)
    tell_port(server.add_insecure_port("127.0.0.1:0"))
    await server.start()
    await asyncio.Event().wait()


def serve_pool(reply: bytes) -> None:
    """Serve on a pool of threads."""

    def answer(_request: bytes, _context: object) -> bytes:
        return reply

    server = grpc.server(ThreadPoolExecutor(THREADS))
    handlers = {METHOD: grpc.unary_unary_rpc_method_handler(answer)}
    server.add_registered_method_handlers(SERVICE, handlers)
    tell_port(server.add_insecure_port("127.0.0.1:0"))
    server.start()
    server.wait_for_termination()


if __name__ == "__main__":
    how, reply_file = sys.argv[1:]
    content = Path(reply_file).read_bytes()
    if how == "aio":
        uvloop.run(serve_aio(content))
    else:
        serve_pool(content)
