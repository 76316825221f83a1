"""`python -m tests.upstream --port 0`: serve until a signal; prints the address."""

import argparse
import asyncio
import signal

from tests.upstream.server import serve


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes any free port")
    serving = asyncio.create_task(serve(parser.parse_args().port))
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, serving.cancel)
    await asyncio.wait([serving])
    if not serving.cancelled():
        serving.result()


if __name__ == "__main__":
    asyncio.run(main())
