"""Uploaded files: bytes first, then their announcement, then a while of processing."""

import mimetypes

from bot.clock import Clock
from bot.emulators.slack.faults import SlackError
from bot.emulators.slack.people import BOT, Ids, Json
from bot.struct import Struct, replace

IMAGES = {"image/png", "image/jpeg", "image/gif"}


class File(Struct):
    """A file; `completed` is the moment of its announcement, by the monotonic clock."""

    id: str
    name: str
    size: int
    url: str
    created: int
    alt_txt: str = ""
    title: str = ""
    content: bytes | None = None
    completed: float | None = None
    channels: tuple[str, ...] = ()

    @property
    def mimetype(self) -> str:
        """Guess the type from the name."""
        return mimetypes.guess_type(self.name)[0] or "application/octet-stream"

    def _places(self, kind: str) -> list[str]:
        return [each for each in self.channels if each.startswith(kind)]

    def to_slack(self, *, processed: bool = True) -> Json:
        """Return the file as Slack shows it; until it is processed its type is empty."""
        kind = self.name.rpartition(".")[2] if processed else ""
        shown: Json = {
            "id": self.id,
            "created": self.created,
            "timestamp": self.created,
            "name": self.name,
            "title": self.title or self.name,
            "mimetype": self.mimetype if processed else "",
            "filetype": kind,
            "pretty_type": kind.upper(),
            "user": BOT.id,
            "mode": "hosted",
            "size": self.size,
            "is_external": False,
            "is_public": bool(self.channels),
            "url_private": self.url,
            "url_private_download": self.url,
            "channels": self._places("C"),
            "groups": self._places("G"),
            "ims": self._places("D"),
        }
        return shown | ({"alt_txt": self.alt_txt} if self.alt_txt else {})


class Files:
    """Keeps files; each is processed for `processing_seconds` before its type is known."""

    def __init__(self, clock: Clock, ids: Ids) -> None:
        self.processing_seconds = 1.0
        self._clock = clock
        self._ids = ids
        self._by_id: dict[str, File] = {}
        self._tickets: dict[str, str] = {}

    def new_id(self) -> str:
        """Return an id for a file to come."""
        return self._ids.make("F", 11)

    def announce(self, file: File) -> str:
        """Expect a file's bytes; give the ticket under which they may come."""
        ticket = self._ids.token()
        self._by_id[file.id] = file
        self._tickets[ticket] = file.id
        return ticket

    def receive(self, ticket: str, content: bytes) -> File:
        """Take the bytes; a ticket is good once. Raises SlackError: invalid_upload_url."""
        file = self._tickets.pop(ticket, None)
        if file is None:
            raise SlackError("invalid_upload_url")
        return self._keep(replace(self._by_id[file], content=content, size=len(content)))

    def complete(self, file: str, title: str, channels: tuple[str, ...]) -> File:
        """Share a file whose bytes are here. Raises SlackError: file_not_found."""
        found = self.get(file)
        if found.content is None:
            raise SlackError("file_not_found")
        done = replace(found, title=title, completed=self._clock.monotonic(), channels=channels)
        return self._keep(done)

    def get(self, file: str) -> File:
        """Find a file. Raises SlackError: file_not_found."""
        if file not in self._by_id:
            raise SlackError("file_not_found")
        return self._by_id[file]

    def is_processed(self, file: File) -> bool:
        """Whether the type of a file is known by now."""
        if file.completed is None:
            return False
        return self._clock.monotonic() - file.completed >= self.processing_seconds

    def is_ready(self, slack_file: Json) -> bool:
        """Whether a block may show this file: an image of ours, uploaded and processed."""
        for file in self._by_id.values():
            if slack_file.get("id") == file.id or slack_file.get("url") == file.url:
                return self.is_processed(file) and file.mimetype in IMAGES
        return False

    def _keep(self, file: File) -> File:
        self._by_id[file.id] = file
        return file
