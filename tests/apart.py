"""Runs a coroutine to its end from synchronous code, whatever loop this thread may be running."""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")


def call_apart(function: Callable[[], T]) -> T:
    """Call `function` in a thread of its own and wait for it."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(function).result()


def run_apart(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run `coroutine` on a loop of its own and wait for it."""
    return call_apart(lambda: asyncio.run(coroutine))
