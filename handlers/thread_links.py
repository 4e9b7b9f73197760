"""Which thread is meant: that of a link to one of its messages, as Slack's "Copy link" gives it."""

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

_PATH = re.compile(r"/archives/(?P<channel>[CDG][A-Z0-9]+)/p(?P<seconds>\d{10})(?P<micros>\d{6})")
_TS = re.compile(r"\d{10}\.\d{6}")


@dataclass(frozen=True, slots=True)
class ThreadLink:
    """A thread by its channel and the ts of its root."""

    channel: str
    root: str


def thread_in(text: str) -> ThreadLink | None:
    """Read a link to a message; that of a reply names its root. None where it is none."""
    try:
        parts = urlsplit(text.strip().strip("<>").partition("|")[0])
    except ValueError:  # half an IPv6 address
        return None
    found = _PATH.fullmatch(parts.path)
    if not found or not (parts.hostname or "").endswith(".slack.com"):
        return None
    told = parse_qs(parts.query).get("thread_ts", [""])[0]
    root = told if _TS.fullmatch(told) else f"{found['seconds']}.{found['micros']}"
    return ThreadLink(found["channel"], root)
