"""How much is read of the bodies that a model's server answers with."""

from collections.abc import AsyncIterator

import httpx2

MAX_REFUSAL_BYTES = 64_000
"""Bytes read of the body of an error response."""
MAX_LIST_BYTES = 2_000_000
"""Bytes read of a list of models: several times that of a router with hundreds of them."""


async def bound(response: httpx2.Response) -> None:
    """Let a stream be as long as it is on the wire, and limit bodies that are read as a whole.

    The SDK reads the whole body of a list, of a refusal and of a redirect. Compressed bodies, which
    were not requested, are not unpacked: a small one can be made to unpack to a very large one.
    """
    response.headers.pop("content-encoding", None)
    if not isinstance(response.stream, httpx2.AsyncByteStream):
        return
    if not response.is_success:
        response.stream = _Beginning(response.stream, MAX_REFUSAL_BYTES)
    elif response.request.method == "GET":
        response.stream = _Beginning(response.stream, MAX_LIST_BYTES)


class _Beginning(httpx2.AsyncByteStream):
    """The beginning of a body."""

    def __init__(self, body: httpx2.AsyncByteStream, most_bytes: int) -> None:
        self._body = body
        self._most_bytes = most_bytes

    async def __aiter__(self) -> AsyncIterator[bytes]:
        left = self._most_bytes
        async for data in self._body:
            yield data[:left]
            left -= len(data)
            if left <= 0:
                return

    async def aclose(self) -> None:
        await self._body.aclose()
