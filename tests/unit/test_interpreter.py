"""What a serving process gives back to the system."""

import asyncio
import ctypes
from types import SimpleNamespace

import pytest

from feedback_app.core import interpreter


async def test_memory_is_given_back_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    trimmed, twice = list[int](), asyncio.Event()
    loop = asyncio.get_running_loop()

    def trim(pad: int) -> int:
        trimmed.append(pad)
        if len(trimmed) == 2:
            loop.call_soon_threadsafe(twice.set)
        return 1

    monkeypatch.setattr(ctypes, "CDLL", lambda _name: SimpleNamespace(malloc_trim=trim))
    monkeypatch.setattr(interpreter, "TRIM_EVERY_S", 0.001)
    giving = asyncio.create_task(interpreter.give_memory_back())
    async with asyncio.timeout(10):
        await twice.wait()
    giving.cancel()
    assert set(trimmed) == {0}


async def test_where_there_is_no_such_library_nothing_is_done(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def absent(_name: str) -> None:
        raise OSError

    monkeypatch.setattr(ctypes, "CDLL", absent)
    await asyncio.wait_for(interpreter.give_memory_back(), 1)
