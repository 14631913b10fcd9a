"""The scripted upstream: fixed bytes over keep-alive, as cheap as Python can answer.

Run as a program of its own, so that its CPU time is nobody else's: `python -m
benchmarks.gateways.upstream PORT`.
"""

import asyncio
import json
import sys

CHUNKS = 50
_WORDS = "The quick brown fox jumps over the lazy dog near the quiet river bank today. "
_USAGE = {"prompt_tokens": 60, "completion_tokens": 69, "total_tokens": 129}
_BASE = {"id": "chatcmpl-bench", "created": 1_700_000_000, "model": "scripted"}


def _whole() -> bytes:
    message = {"role": "assistant", "content": _WORDS * 4}
    body = json.dumps(
        {
            **_BASE,
            "object": "chat.completion",
            "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
            "usage": _USAGE,
        }
    ).encode()
    head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
    return f"{head}content-length: {len(body)}\r\n\r\n".encode() + body


def _event(choices: list[object], **more: object) -> bytes:
    body = {**_BASE, "object": "chat.completion.chunk", "choices": choices, **more}
    data = b"data: " + json.dumps(body).encode() + b"\n\n"
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


def _stream() -> list[bytes]:
    """Write the head and each event as one piece: a provider flushes each of them."""
    words = (_WORDS * CHUNKS).split(" ")[:CHUNKS]
    head = (
        b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
    )
    said = [_event([{"index": 0, "delta": {"content": f"{w} "}, "finish_reason": None}])
            for w in words]  # fmt: skip
    end = _event([{"index": 0, "delta": {}, "finish_reason": "stop"}])
    done = b"data: [DONE]\n\n"
    last = f"{len(done):x}\r\n".encode() + done + b"\r\n0\r\n\r\n"
    return [head, *said, end, _event([], usage=_USAGE), last]


WHOLE, STREAM = _whole(), _stream()


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while head := await reader.readuntil(b"\r\n\r\n"):
            body = await reader.readexactly(_length(head))
            if b'"stream": true' in body or b'"stream":true' in body:
                for piece in STREAM:
                    writer.write(piece)
                    await writer.drain()
                    await asyncio.sleep(0)
            else:
                writer.write(WHOLE)
                await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0


async def _main(port: int) -> None:
    server = await asyncio.start_server(_serve, "127.0.0.1", port)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_main(int(sys.argv[1])))
