"""Sends an answer over ASGI: whole, or as a fault wants it."""

import re

from starlette.types import Receive, Send

from bot.clock import Clock
from bot.sandbox.kore_api.answers import Answer
from bot.sandbox.kore_api.faults import Fault

_NEXT = re.compile(rb'("next_page_url":")https?://[^/"]+')


async def deliver(answer: Answer, send: Send) -> None:
    """Send an answer whole."""
    await _head(answer, send)
    await send({"type": "http.response.body", "body": answer.body})


async def deliver_badly(
    answer: Answer, fault: Fault, receive: Receive, send: Send, clock: Clock
) -> None:
    """Send an answer as the fault wants it; returns without an end where it is cut or hangs."""
    if fault.hang:
        await _gone(receive)
        return
    answer = _bent(answer, fault)
    await _head(answer, send)
    if fault.cut is not None:
        body = answer.body[: fault.cut]
        await send({"type": "http.response.body", "body": body, "more_body": True})
        return
    if fault.pause is not None:
        await _in_quarters(answer.body, fault.pause, send, clock)
        return
    await send({"type": "http.response.body", "body": answer.body})


def replacing(fault: Fault) -> Answer | None:
    """Give the answer that a fault puts in place of the real one, if it does."""
    if fault.status is None:
        return None
    headers = {} if fault.retry_after is None else {"retry-after": fault.retry_after}
    return Answer(fault.status, fault.body.encode(), fault.content_type, headers)


def _bent(answer: Answer, fault: Fault) -> Answer:
    if fault.next_page_origin is None:
        return answer
    origin = fault.next_page_origin.encode()
    body = _NEXT.sub(lambda found: found[1] + origin, answer.body)
    return Answer(answer.status, body, answer.content_type, answer.headers)


async def _head(answer: Answer, send: Send) -> None:
    more = [(n.encode(), v.encode("latin-1")) for n, v in answer.headers.items()]
    length = (b"content-length", b"%d" % len(answer.body))
    kind = (b"content-type", answer.content_type.encode())
    headers = [kind, length, *more]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})


async def _in_quarters(body: bytes, pause: float, send: Send, clock: Clock) -> None:
    step = max(len(body) // 4, 1)
    for start in range(0, len(body), step):
        await clock.sleep(pause)
        part = body[start : start + step]
        await send({"type": "http.response.body", "body": part, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        continue
