"""A small receiver of webhooks on a socket of its own; each answer is what the test says."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

OK = b"HTTP/1.1 202 Accepted\r\nContent-Length: 2\r\n\r\nOK"


@dataclass
class Receiver:
    """What came, in order; `answers` are given one after the other, then all is well."""

    answers: list[bytes] = field(default_factory=list)
    requests: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    connections: int = 0
    base: str = ""
    forever: bytes = b""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take one request and answer it; an empty answer never comes."""
        self.connections += 1
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            pairs = (line.split(": ", 1) for line in head[1:] if line)
            headers = {name.lower(): value for name, value in pairs}
            body = await reader.readexactly(int(headers["content-length"]))
            self.requests.append((headers | {"path": head[0].split(" ")[1]}, body))
            answer = self.answers.pop(0) if self.answers else OK
            if not answer:
                await reader.read()
            writer.write(answer)
            await writer.drain()
            while self.forever:
                writer.write(self.forever)
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


def status(code: int, *headers: str) -> bytes:
    """Return an answer of this status."""
    lines = [f"HTTP/1.1 {code} X", "Content-Length: 0", *headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


@asynccontextmanager
async def receiving(
    answers: Iterable[bytes] = (), *, forever: bytes = b""
) -> AsyncIterator[Receiver]:
    """Serve one while the block lasts."""
    made = Receiver(list(answers), forever=forever)
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.base = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield made
