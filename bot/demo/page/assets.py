"""The page's static files: read once, served with the right type, revalidated by the browser."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

STATIC = Path(__file__).parent / "static"
# Not `mimetypes`: on some machines it gives scripts a type that browsers refuse to run.
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


@dataclass(frozen=True, slots=True)
class Asset:
    """One file: its bytes, their type and their mark."""

    content: bytes
    media_type: str
    etag: str


class Assets:
    """Serves the files of the `static` folder, and nothing but those."""

    def __init__(self, folder: Path = STATIC) -> None:
        self._assets = {
            path.relative_to(folder).as_posix(): _read(path)
            for path in folder.rglob("*")
            if path.suffix in TYPES
        }

    async def index(self, request: Request) -> Response:
        """Serve the page itself."""
        return _answer(request, self._assets["index.html"])

    async def serve(self, request: Request) -> Response:
        """Serve a file by its path below `/static/`."""
        asset = self._assets.get(request.path_params["path"])
        return _answer(request, asset) if asset else PlainTextResponse("Not Found", 404)


def _read(path: Path) -> Asset:
    content = path.read_bytes()
    mark = hashlib.sha256(content).hexdigest()[:20]
    return Asset(content, TYPES[path.suffix], f'"{mark}"')


def _answer(request: Request, asset: Asset) -> Response:
    headers = {"ETag": asset.etag, "Cache-Control": "no-cache"}
    known = request.headers.get("if-none-match", "")
    if asset.etag in (mark.strip().removeprefix("W/") for mark in known.split(",")):
        return Response(status_code=304, headers=headers)
    return Response(asset.content, headers=headers | {"Content-Type": asset.media_type})
