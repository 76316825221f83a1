"""The least that streaming through a server can cost: a bare aiohttp program in the app's place.

`python -m bench.crowd_floor serve MODEL_PORT` passes each chunk of a model's answer to a WebSocket
as it came, with nothing kept, counted, drawn or checked, and prints its port.
`python -m bench.crowd_floor read PORT COUNT SECONDS` is its readers: they say `ready`, begin within
`SECONDS` of a line on standard input, and say `done` when every answer has ended.
"""

import asyncio
import sys

import aiohttp
from aiohttp import web


async def serve(model_port: int) -> None:
    url = f"http://127.0.0.1:{model_port}/v1/chat/completions"
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as model:

        async def pass_on(request: web.Request) -> web.WebSocketResponse:
            reader = web.WebSocketResponse(compress=False)
            await reader.prepare(request)
            await reader.receive()
            asked = {"model": "gpt-4o-mini", "messages": [], "stream": True}
            async with model.post(url, json=asked) as answer:
                async for chunk in answer.content.iter_any():
                    await reader.send_bytes(chunk)
            await reader.close()
            return reader

        app = web.Application()
        app.router.add_get("/", pass_on)
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0, backlog=1024)
        await site.start()
        print(runner.addresses[0][1], flush=True)
        await asyncio.Event().wait()


async def read(port: int, count: int, within_s: float) -> None:
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        readers = [await session.ws_connect(f"http://127.0.0.1:{port}/") for _ in range(count)]
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.readline)

        async def one(number: int, reader: aiohttp.ClientWebSocketResponse) -> None:
            await asyncio.sleep(within_s * number / count)
            await reader.send_str("go")
            async for _ in reader:
                pass

        await asyncio.gather(*(one(number, reader) for number, reader in enumerate(readers)))
        print("done", flush=True)


if __name__ == "__main__":
    what, *numbers = sys.argv[1:]
    if what == "serve":
        asyncio.run(serve(int(numbers[0])))
    else:
        asyncio.run(read(int(numbers[0]), int(numbers[1]), float(numbers[2])))
