"""Keeps principals to the packs that they may see."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

from google.protobuf.message import Message

from keepsake.core.errors import NotPermitted
from keepsake.core.principal import Principal
from keepsake.rpc.call import current_principal
from keepsake.rpc.interceptors.wrapping import Behaviour, Context, Interceptor, Method
from keepsake.rpc.permissions import pack_named, paths_of_pack


class Packs(Interceptor):
    """Refuses a request that names a pack, or an id of one, which its principal may not see."""

    def wrap(self, method: Method, behaviour: Behaviour) -> Behaviour:
        """Look at each request of a method that names packs, before the behaviour does."""
        paths = tuple(paths_of_pack(method.request.DESCRIPTOR))
        if method.is_infrastructure or not paths:
            return behaviour

        def seen(request: Message, principal: Principal) -> Message:
            for pack in (pack for path in paths for pack in _packs(request, path)):
                if not principal.sees(pack):
                    raise NotPermitted(f"{principal.id} may not see the pack {pack}", pack=pack)
            return request

        async def see_one(request: Message, context: Context) -> Any:
            principal = current_principal()
            if principal.packs is not None:
                seen(request, principal)
            return await behaviour(request, context)

        async def see_each(stream: AsyncIterator[Message], context: Context) -> Any:
            principal = current_principal()
            return await behaviour((seen(each, principal) async for each in stream), context)

        return see_each if method.streams_requests else see_one


def _packs(request: Any, path: tuple[str, ...]) -> Iterator[str]:
    """Yield the packs that the request names at the path; what is no id names none."""
    name, *rest = path
    value = getattr(request, name)
    if not rest:
        if value:
            yield from filter(None, (pack_named(name, value),))
        return
    for each in (value,) if isinstance(value, Message) else value:
        yield from _packs(each, tuple(rest))
