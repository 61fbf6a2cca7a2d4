"""Weighs, parses and validates each request before a servicer sees it.

gRPC has one limit of message size for a whole server, and answers UNKNOWN where a request does not
parse. So parsing happens here, inside the handler: each method has its own limit, and what is wrong
is told as everything else is.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any

from google.protobuf.message import DecodeError

from keepsake.core.errors import FieldViolation, InvalidRequest, TooMuch
from keepsake.rpc.call import current_call
from keepsake.rpc.interceptors.wrapping import Behaviour, Context, Interceptor, Method
from keepsake.rpc.validation import MOST_VIOLATIONS, slices_of_violations

# What may stand in the log. An id that breaks its rule could hold anything, and is refused.
_NOTED = {
    "request_id": re.compile(r"[A-Za-z0-9][A-Za-z0-9._:@/+=-]{0,127}"),
    "decision_id": re.compile(r"[a-z][a-z0-9_-]{0,63}\.[0-9]{2}\.[a-z2-7]{26}"),
}


class Reading(Interceptor):
    """Turns bytes into valid requests, each within its method's limit of bytes.

    A method without a limit cannot be served: that is found when the server starts.
    """

    def __init__(self, most_bytes: Mapping[str, int]) -> None:
        self._most_bytes = most_bytes

    def wrap(self, method: Method, behaviour: Behaviour) -> Behaviour:
        """Hand the behaviour a valid request, or an iterator of them."""
        read = _reader(method, self._most_bytes[method.path])

        async def read_one(data: bytes, context: Context) -> Any:
            return await behaviour(await read(data), context)

        async def read_each(stream: AsyncIterator[bytes], context: Context) -> Any:
            requests = (await read(data) async for data in stream)
            return await behaviour(requests, context)

        return read_each if method.streams_requests else read_one


def _reader(method: Method, most: int) -> Callable[[bytes], Awaitable[Any]]:
    """Return what reads the requests of a method, each of `most` bytes at most."""
    parse: Callable[[bytes], Any] = method.request.FromString
    known = method.request.DESCRIPTOR.fields_by_name
    noted = [(name, rule.fullmatch) for name, rule in _NOTED.items() if name in known]

    async def read(data: bytes) -> Any:
        if len(data) > most:
            message = f"the message has {len(data)} bytes; at most {most} are taken"
            raise TooMuch(message, "message_bytes", retry_seconds=0)
        try:
            request = parse(data)
        except DecodeError as error:
            allowed = f"{method.path} takes a serialised message of its request type"
            raise InvalidRequest((FieldViolation("", f"{len(data)} bytes", allowed),)) from error
        call = current_call()
        for name, is_allowed in noted:  # nothing else of a request may reach the log
            value = getattr(request, name)
            setattr(call, name, value if is_allowed(value) else "")
        await _check(request)
        return request

    return read


async def _check(request: Any) -> None:
    """Refuse a wrong request; between the slices of a long one other calls get their turn."""
    slices = slices_of_violations(request)
    wrong = dict.fromkeys(next(slices, ()))
    for found in slices:
        await asyncio.sleep(0)
        wrong |= dict.fromkeys(found)
    if wrong:
        raise InvalidRequest(tuple(wrong)[:MOST_VIOLATIONS])
