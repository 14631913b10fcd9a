"""The load: so many connections, each asking again as soon as it was answered.

A program of its own: `python -m benchmarks.gateways.load PORT CONCURRENCY SECONDS HEADERS BODY`
prints one JSON line with the latencies (ms) and the number of answers.
"""

import asyncio
import json
import sys
import time


async def _ask_again(port: int, request: bytes, *, ends: float, latencies: list[float]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while time.perf_counter() < ends:
        begun = time.perf_counter()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            body = await reader.read(2_000)
            raise SystemExit(f"answered {head[:60]!r} {body[:300]!r}")
        await _read_body(reader, head.lower())
        latencies.append((time.perf_counter() - begun) * 1000)
    writer.close()


async def _read_body(reader: asyncio.StreamReader, head: bytes) -> None:
    if b"content-length:" in head:
        length = head.partition(b"content-length:")[2].partition(b"\r\n")[0]
        await reader.readexactly(int(length))
        return
    while size := int(await reader.readline(), 16):
        await reader.readexactly(size + 2)
    await reader.readline()


async def _run(port: int, request: bytes, *, concurrency: int, seconds: float) -> list[float]:
    latencies: list[float] = []
    ends = time.perf_counter() + seconds
    asking = [_ask_again(port, request, ends=ends, latencies=latencies) for _ in range(concurrency)]
    await asyncio.gather(*asking)
    return latencies


def _request(headers: dict[str, str], body: bytes) -> bytes:
    lines = {"host": "127.0.0.1", "content-type": "application/json", **headers}
    lines["content-length"] = str(len(body))
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"POST /v1/chat/completions HTTP/1.1\r\n{head}\r\n".encode() + body


if __name__ == "__main__":
    _, at, many, duration, told_headers, told_body = sys.argv
    ready = _request(json.loads(told_headers), told_body.encode())
    load = _run(int(at), ready, concurrency=int(many), seconds=float(duration))
    taken = sorted(asyncio.run(load))
    print(json.dumps(taken))  # noqa: T201 - how the figures reach the report
