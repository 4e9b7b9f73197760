"""Serves files' bytes: takes uploads under their ticket, gives files to whoever has the token."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from bot.emulators.slack.errors import SlackError
from bot.emulators.slack.faults import Faults
from bot.emulators.slack.files import Files
from bot.emulators.slack.web_api import as_response

UPLOAD = "/upload"
MAX_BYTES = 50_000_000


class FileTransfer:
    """Answers `/upload/{ticket}` and `/files/{file}/{name}`."""

    def __init__(self, files: Files, faults: Faults, may_read: Callable[[str], bool]) -> None:
        self._files = files
        self._faults = faults
        self._may_read = may_read

    async def upload(self, request: Request) -> Response:
        """Take a file's bytes as they are."""
        fault = self._faults.take(UPLOAD)
        if fault is not None:
            return as_response(fault)
        content = await request.body()
        if not content or len(content) > MAX_BYTES:
            return PlainTextResponse("bad size", 400)
        try:
            file = self._files.receive(request.path_params["ticket"], content)
        except SlackError as error:
            return PlainTextResponse(error.code, 404)
        return PlainTextResponse(f"OK - {file.size}")

    async def download(self, request: Request) -> Response:
        """Return a file's bytes, with a token that may read files."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme != "Bearer" or not self._may_read(token):
            return PlainTextResponse("not allowed", 403)
        try:
            file = self._files.get(request.path_params["file"])
        except SlackError as error:
            return PlainTextResponse(error.code, 404)
        if file.content is None:
            return PlainTextResponse("file_not_found", 404)
        return Response(file.content, media_type=file.mimetype)
