"""One message on its way to somebody, written for each of the ways that it can take."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

Json = dict[str, Any]


class Target(Protocol):
    """Whom an answer is for, and through which URL it may go."""

    @property
    def team(self) -> str:
        """The workspace."""

    @property
    def user(self) -> str:
        """The asker."""

    @property
    def channel(self) -> str:
        """Where it was asked."""

    @property
    def thread(self) -> str | None:
        """The thread's ts, or None."""

    @property
    def response_url(self) -> str | None:
        """The interaction's own URL, or None."""


class Message(Protocol):
    """What is sent: `text` is read out and notified, `blocks` are drawn."""

    @property
    def text(self) -> str:
        """The sentence."""

    @property
    def blocks(self) -> Sequence[Json]:
        """Block Kit; empty where the text is all."""


@dataclass(frozen=True, slots=True)
class TextOnly:
    """A message without blocks: no workspace refuses it."""

    text: str
    blocks: tuple[Json, ...] = ()


@dataclass(frozen=True, slots=True)
class Post:
    """A message for `to`: for all to see or for the asker, new or in place of what was clicked."""

    to: Target
    message: Message
    in_channel: bool = False
    replace: bool = False

    def to_response_url(self) -> Json:
        """Give the body for the interaction's own URL."""
        kind = "in_channel" if self.in_channel else "ephemeral"
        more = {"response_type": kind, "replace_original": self.replace}
        # without thread_ts the answer to a click in a thread lands in the channel
        return self._body() | self._thread() | self._quiet() | more

    def to_asker_here(self) -> Json:
        """Give the body for chat.postEphemeral."""
        return self._body() | self._thread() | {"channel": self.to.channel, "user": self.to.user}

    def to_channel(self) -> Json:
        """Give the body for chat.postMessage into the channel."""
        return self._body() | self._thread() | self._quiet() | {"channel": self.to.channel}

    def to_asker_directly(self) -> Json:
        """Give the body for chat.postMessage to the asker; a user's id opens the conversation."""
        return self._body() | self._quiet() | {"channel": self.to.user}

    def _body(self) -> Json:
        body: Json = {"text": self.message.text}
        return body | {"blocks": list(self.message.blocks)} if self.message.blocks else body

    def _thread(self) -> Json:
        return {"thread_ts": self.to.thread} if self.to.thread else {}

    def _quiet(self) -> Json:
        """Keep Slack from adding a preview of the map link to every answer."""
        return {"unfurl_links": False, "unfurl_media": False}
