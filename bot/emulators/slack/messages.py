"""What was written: messages, ephemeral ones too, in the order of their timestamps."""

from collections.abc import Iterable
from datetime import datetime

from bot.emulators.slack.people import APP_ID, BOT, BOT_ID, HOME, Channel, Json, Person
from bot.struct import Struct, field


class Message(Struct):
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


def permalink(message: Message, domain: str = HOME.domain) -> str:
    """Return a message's address; a reply's names its thread too."""
    place, stamp = message.channel, message.ts.replace(".", "")
    within = f"?thread_ts={message.thread_ts}&cid={place}" if message.thread_ts else ""
    return f"https://{domain}.slack.com/archives/{place}/p{stamp}{within}"


def numbered(attachments: Iterable[Json]) -> tuple[Json, ...]:
    """Return a message's attachments, each with its number as its id."""
    return tuple(one | {"id": number} for number, one in enumerate(attachments, start=1))


def forwarded(message: Message, author: Person, place: Channel) -> Json:
    """Return the attachment that a message becomes in the one that forwards it.

    Its blocks stand in `message_blocks`; its attachments and files as they were.
    """
    address = permalink(message)
    name = message.extra.get("username", author.real_name)
    inner = {"team": message.team, "channel": message.channel, "ts": message.ts}
    shown: Json = {
        "is_msg_unfurl": True,
        "is_share": True,
        "ts": message.ts,
        "channel_id": message.channel,
        "channel_team": message.team,
        "author_id": message.user,
        "author_name": name,
        "author_subname": author.name,
        "from_url": address,
        "original_url": address,
        "text": message.text,
        "fallback": f"[{message.ts}] {name}: {message.text}",
        "mrkdwn_in": ["text"],
        "footer": f"Posted in #{place.name}" if place.kind == "public" else "Slack Conversation",
    }
    optional = {
        "message_blocks": message.blocks
        and [inner | {"message": {"blocks": list(message.blocks)}}],
        "attachments": list(message.attachments),
        "files": list(message.files),
    }
    return shown | {key: value for key, value in optional.items() if value}


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
        is_reply = message.thread_ts not in {None, message.ts}
        thread = () if is_reply else self.thread(message.channel, message.ts)
        replies = [m for m in thread if m.ts != message.ts]
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
