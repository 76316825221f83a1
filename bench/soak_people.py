"""`python -m bench.soak_people ADDRESS FILE`: people at work, until a line comes.

`FILE` has a line of JSON for each: session cookie and interview. Each opens the page, writes a
line of notes key by key, has a draft written, looks at the list, and does so again. Says `ready`
once all have begun and prints as JSON how many drafts were written and how many visits failed.
"""

import asyncio
import json
import random
import sys
from collections import Counter
from pathlib import Path

import aiohttp

from bench.page_socket import PageSocket, sign_of

KEY_S = 0.07
_LIST = "feedback_app___interviews___inbox___state____interview_list_state"
_INTERVIEW = "feedback_app___interviews___state____interview_state"
_LINE = " Asked what a retry costs."
_WITHIN_S = 60

done: Counter[str] = Counter()


async def _work(session: aiohttp.ClientSession, address: str, cookie: str, interview: str) -> None:
    path, query = f"/interviews/{interview}", {"interview_id": interview}
    page = await PageSocket.open(session, address, cookie, path, query)
    try:
        await page.wait_for(sign_of("loaded", True))
        for end in range(1, len(_LINE) + 1):
            notes = f"Visit {done['visits']}.{_LINE[:end]}"
            payload = {"interview_id": interview, "notes": notes, "stamp": float(end), "base": 0}
            await page.send(f"{_INTERVIEW}.note", payload)
            await asyncio.sleep(KEY_S)
        await page.send("l.generate", {"subject_id": interview})
        await page.wait_for(sign_of("phase", "complete"))
        done["drafts"] += 1
    finally:
        await page.close()
    listed = await PageSocket.open(session, address, cookie, "/", {})
    try:
        await listed.wait_for(sign_of("loaded", True))
        await listed.send(f"{_LIST}.find", {"search": "Candidate"})
        await listed.wait_for(sign_of("search", "Candidate"))
    finally:
        await listed.close()


async def _again_and_again(
    session: aiohttp.ClientSession, address: str, cookie: str, interview: str, draw: random.Random
) -> None:
    while True:
        await asyncio.sleep(draw.uniform(0, 4))
        try:
            async with asyncio.timeout(_WITHIN_S):
                await _work(session, address, cookie, interview)
        except (TimeoutError, RuntimeError, aiohttp.ClientError):
            done["failed"] += 1
        done["visits"] += 1


async def main(address: str, people: list[list[str]]) -> None:
    stopped = asyncio.create_task(asyncio.to_thread(sys.stdin.readline))
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        tasks = [
            asyncio.create_task(
                _again_and_again(session, address, cookie, interview, random.Random(number))
            )
            for number, (cookie, interview) in enumerate(people)
        ]
        print("ready", flush=True)
        await stopped
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    print(json.dumps(done), flush=True)


if __name__ == "__main__":
    lines = Path(sys.argv[2]).read_text().splitlines()
    asyncio.run(main(sys.argv[1], [json.loads(line) for line in lines]))
