"""`python -m bench.crowd_probe ADDRESS COOKIE`: one person who searches their list of interviews.

Says `ready`, then searches and asks for `/healthz` in turn until a line comes; prints as JSON
`{"event": […], "healthz": […]}`, each a list of when (Unix seconds) and how long (ms).
"""

import asyncio
import json
import sys
import time

import aiohttp

from bench.page_socket import PageSocket, sign_of

PAUSE_S = 0.02
_LIST = "feedback_app___interviews___inbox___state____interview_list_state"


async def main() -> None:
    address, cookie = sys.argv[1:]
    took: dict[str, list[tuple[float, float]]] = {"event": [], "healthz": []}
    stopped = asyncio.create_task(asyncio.to_thread(sys.stdin.readline))
    async with aiohttp.ClientSession() as session:
        page = await PageSocket.open(session, address, cookie, "/", {})
        await page.wait_for(sign_of("loaded", True))
        print("ready", flush=True)
        turn = 0
        while not stopped.done():
            turn += 1
            began = time.time()
            await page.send(f"{_LIST}.find", {"search": f"Candidate {turn}"})
            await page.wait_for(sign_of("search", f"Candidate {turn}"))
            took["event"].append((began, (time.time() - began) * 1000))
            await asyncio.sleep(PAUSE_S)
            began = time.time()
            async with session.get(f"{address}/healthz") as response:
                await response.read()
            took["healthz"].append((began, (time.time() - began) * 1000))
            await asyncio.sleep(PAUSE_S)
        await page.close()
    print(json.dumps(took), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
