"""Links of the app's own domains: which stand in a text, and the previews shown of them."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from bot.sandbox.slack_api.people import APP_ID, BOT_ID
from bot.sandbox.slack_api.wire import Ids, Json

_LINK = re.compile(r"<(https?://[^<>|]+)(?:\|[^<>]*)?>")


@dataclass(slots=True)
class Draft:
    """What somebody is typing: its links, and the previews that the app has given so far."""

    user: str
    links: list[Json]
    previews: dict[str, Json] = field(default_factory=dict)


class Unfurls:
    """What waits for previews: messages and drafts, by the unfurl_id that an event named."""

    def __init__(self, ids: Ids) -> None:
        self.drafts: dict[str, Draft] = {}
        self.messages: dict[str, str] = {}
        self._ids = ids

    def of_message(self, channel: str, ts: str) -> str:
        """Give the id for a message that was sent."""
        unfurl_id = f"{channel}.{ts}.{self._ids.token().lower()}"
        self.messages[unfurl_id] = ts
        return unfurl_id

    def of_draft(self, user: str, links: list[Json]) -> str:
        """Give the id for what somebody is typing."""
        unfurl_id = self._ids.token().lower()
        self.drafts[unfurl_id] = Draft(user, links)
        return unfurl_id

    def take_drafts(self, user: str) -> dict[str, Json]:
        """Give the previews of what somebody typed, by URL, and forget the drafts."""
        own = {key: draft for key, draft in self.drafts.items() if draft.user == user}
        for key in own:
            del self.drafts[key]
        return {url: one for draft in own.values() for url, one in draft.previews.items()}


def links_in(text: str, domains: Iterable[str]) -> list[Json]:
    """Give the links of these domains and of those below them, each once, as events list them."""
    wanted = tuple(domains)
    urls = dict.fromkeys(found[1].replace("&amp;", "&") for found in _LINK.finditer(text))
    return [link for url in urls for link in _fitting(url, wanted)]


def preview(url: str, shown: Json) -> Json:
    """Give the attachment that an unfurled link becomes; it is numbered under its message."""
    about = {"from_url": url, "original_url": url, "app_unfurl_url": url}
    return shown | about | {"is_app_unfurl": True, "app_id": APP_ID, "bot_id": BOT_ID}


def _fitting(url: str, domains: tuple[str, ...]) -> Iterator[Json]:
    host = urlsplit(url).hostname or ""
    for domain in domains:
        if host == domain or host.endswith(f".{domain}"):
            yield {"url": url, "domain": domain}
            return
