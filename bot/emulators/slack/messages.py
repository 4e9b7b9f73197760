"""What was written: messages, ephemeral ones too, in the order of their timestamps."""

from dataclasses import dataclass, field
from datetime import datetime

from bot.emulators.slack.ids import Json
from bot.emulators.slack.people import APP_ID, BOT, BOT_ID, HOME


@dataclass(frozen=True, slots=True)
class Message:
    """A message; `ephemeral_to` is the one person who sees it, `thread_ts` its thread's root.

    `ticket` is that of the command or click whose response URL it came over.
    """

    ts: str
    channel: str
    user: str
    text: str
    team: str = HOME.id
    blocks: tuple[Json, ...] = ()
    thread_ts: str | None = None
    ephemeral_to: str | None = None
    edited_ts: str | None = None
    files: tuple[Json, ...] = ()
    attachments: tuple[Json, ...] = ()
    metadata: Json | None = None
    subtype: str | None = None
    extra: Json = field(default_factory=dict)
    ticket: str | None = None

    @property
    def is_the_bots(self) -> bool:
        """Whether the app wrote it."""
        return self.user == BOT.id

    @property
    def every_block(self) -> tuple[Json, ...]:
        """Its own blocks and those of its attachments."""
        inner = (block for one in self.attachments for block in one.get("blocks", ()))
        return (*self.blocks, *inner)

    def attachment_with(self, block_id: str) -> Json | None:
        """Find the attachment that a block stands in, if it does not stand in the message."""
        return next((one for one in self.attachments if _holds(one, block_id)), None)

    def to_slack(self) -> Json:
        """Return the message as Slack's answers and payloads show it."""
        shown: Json = {"type": "message", "ts": self.ts, "text": self.text}
        if self.subtype != "bot_message":
            shown |= {"user": self.user, "team": self.team}
        if self.is_the_bots:
            shown |= {"bot_id": BOT_ID, "app_id": APP_ID}
        optional = {
            "subtype": self.subtype,
            "thread_ts": self.thread_ts,
            "blocks": list(self.blocks),
            "files": list(self.files),
            "attachments": list(self.attachments),
            "metadata": self.metadata,
            "edited": self.edited_ts and {"user": self.user, "ts": self.edited_ts},
        }
        return shown | {key: value for key, value in optional.items() if value} | self.extra

    def to_json(self) -> Json:
        """Return the message as a web page needs it."""
        about = {"user": self.user, "channel": self.channel, "is_bot": self.is_the_bots}
        return self.to_slack() | about | {"ephemeral_to": self.ephemeral_to, "ticket": self.ticket}


def _holds(attachment: Json, block_id: str) -> bool:
    return any(block.get("block_id") == block_id for block in attachment.get("blocks", ()))


class Messages:
    """All messages of the workspace, by their timestamp, which is unique in it."""

    def __init__(self) -> None:
        self._by_ts: dict[str, Message] = {}
        self._last = 0

    def next_ts(self, now: datetime) -> str:
        """Return a timestamp that no message has: seconds, a dot, six digits."""
        micros = max(int(now.timestamp() * 1_000_000), self._last + 1)
        self._last = micros
        return f"{micros // 1_000_000}.{micros % 1_000_000:06d}"

    def put(self, message: Message) -> Message:
        """Keep a message, in the place of the one with its timestamp."""
        self._by_ts[message.ts] = message
        return message

    def get(self, ts: str) -> Message | None:
        """Find a message by its timestamp."""
        return self._by_ts.get(ts)

    def remove(self, ts: str) -> None:
        """Forget a message."""
        self._by_ts.pop(ts, None)

    def all(self) -> tuple[Message, ...]:
        """Return every message, oldest first."""
        return tuple(self._by_ts[ts] for ts in sorted(self._by_ts, key=float))

    def in_channel(self, channel: str, *, seen_by: str | None = None) -> tuple[Message, ...]:
        """Return a channel's messages, oldest first; ephemeral ones only to who was shown them."""
        return tuple(
            message
            for message in self.all()
            if message.channel == channel and message.ephemeral_to in {None, seen_by}
        )

    def thread(self, channel: str, root: str) -> tuple[Message, ...]:
        """Return a thread's root and its replies, oldest first."""
        return tuple(m for m in self.in_channel(channel) if root in {m.ts, m.thread_ts})

    def whole(self, message: Message) -> Json:
        """Return a message as Slack shows it, the root of a thread with what is known of it."""
        replies = [m for m in self.thread(message.channel, message.ts) if m.ts != message.ts]
        if not replies:
            return message.to_slack()
        users = list(dict.fromkeys(reply.user for reply in replies))
        return message.to_slack() | {
            "thread_ts": message.ts,
            "reply_count": len(replies),
            "reply_users_count": len(users),
            "reply_users": users,
            "latest_reply": replies[-1].ts,
        }
