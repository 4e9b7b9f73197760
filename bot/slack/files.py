"""Uploads files and shares each into one conversation, then waits until Slack has processed it.

Whoever sees the conversation sees the file. An ephemeral message cannot carry one: a file that is
in no conversation belongs to the bot alone, and an image block that names it shows "missing" to
everybody else. So what only the asker may see goes into the direct messages between bot and asker;
into a channel or thread, where the bot must be a member, a file goes when somebody shares it there.
https://github.com/slackapi/node-slack-sdk/issues/1790 (no file in an ephemeral message)
https://github.com/slackapi/bolt-js/issues/2115 (a person's id is no place to share a file into)
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol

from bot.clock import Backoff, Clock
from bot.errors import NotShared
from bot.slack.client import Content, SlackClient, part, text_in
from bot.slack.directory import link_to
from bot.slack.errors import (
    WRONG_PLACE,
    FileNotSent,
    SlackError,
    SlackOutcomeUnknown,
    SlackRefused,
    file_sentence,
)
from bot.slack.messages import NO_PREVIEWS, Request
from bot.slack.posting import SurePosts
from bot.struct import Struct, replace

TRIES = 6
BACKOFF = Backoff(first=0.25, longest=4.0)
"""How often and when Slack is asked whether it has made out what the file is."""


class NewFile(Protocol):
    """A file to send."""

    @property
    def name(self) -> str:
        """The file name."""

    @property
    def content(self) -> Content:
        """At least one byte, or the path of a file on the disk."""

    @property
    def title(self) -> str:
        """The title in Slack."""

    @property
    def alt(self) -> str:
        """What a picture shows, for who cannot see it; "" for other files."""

    @property
    def words(self) -> str:
        """The sentence that comes with it, as mrkdwn."""


class SentFile(Struct):
    """Where a file is; `is_ready` is False where Slack is still processing it, or does not say.

    `link` leads to the message above a file that went to the asker; "" where there is none.
    """

    channel: str
    is_ready: bool
    link: str = ""


class Files:
    """Needs the scope files:write; with files:read it waits until a file is ready."""

    def __init__(self, client: SlackClient, clock: Clock, posts: SurePosts) -> None:
        self._client = client
        self._clock = clock
        self._posts = posts

    async def to_asker(self, to: Request, file: NewFile) -> SentFile:
        """Send a file to the asker alone, into their direct messages with the bot.

        Raises FileNotSent; nothing of it is left there then, unless Slack did not answer.
        """
        with _explained():
            upload = await self._upload(file)
            # without im:write only a message tells the conversation's id
            note = {"channel": to.user, "text": file.words, **NO_PREVIEWS}
            channel, ts = await self._posts.post(note)
            try:
                sent = await self._share(upload, file, {"channel_id": channel})
            except SlackError as error:
                if not isinstance(error, SlackOutcomeUnknown):
                    await self._delete(channel, ts)
                raise
        return replace(sent, link=await link_to(self._client, channel, ts))

    async def to_channel(self, to: Request, file: NewFile) -> SentFile:
        """Share a file in the channel or thread. Raises NotShared or FileNotSent.

        Slack would put the file of a thread whose root is deleted into the channel itself.
        """
        if to.thread and not await self._is_there(to.channel, to.thread):
            raise NotShared
        thread = {"thread_ts": to.thread} if to.thread else {}
        place = {"channel_id": to.channel, "initial_comment": file.words} | thread
        with _explained():
            upload = await self._upload(file)
            try:
                return await self._share(upload, file, place)
            except SlackRefused as error:
                if error.reason in WRONG_PLACE:
                    raise NotShared from error
                raise

    async def _is_there(self, channel: str, ts: str) -> bool:
        """Return whether a message is not deleted; where Slack does not say, it is."""
        about = {"channel": channel, "message_ts": ts}
        try:
            await self._client.call("chat.getPermalink", about, idempotent=True, form=True)
        except SlackError as error:
            return error.outcome != "message_not_found"
        return True

    async def _upload(self, file: NewFile) -> str:
        """Upload the bytes and return the file's id."""
        about = {"filename": file.name, "length": _size(file.content)}
        alt = {"alt_txt": file.alt} if file.alt else {}
        ticket = await self._client.call(
            "files.getUploadURLExternal", about | alt, idempotent=True, form=True
        )
        await self._client.upload(ticket.text("upload_url"), file.content)
        return ticket.text("file_id")

    async def _share(self, upload: str, file: NewFile, place: Mapping[str, str]) -> SentFile:
        """Put an upload into a conversation and wait until it can be seen there.

        Where Slack does not say whether it did, it is looked for there.
        """
        files, channel = json.dumps([{"id": upload, "title": file.title}]), place["channel_id"]
        try:
            await self._client.call(
                "files.completeUploadExternal", {"files": files, **place}, form=True
            )
        except SlackOutcomeUnknown:
            if not await self._becomes(upload, lambda shown: _is_in(channel, shown)):
                raise
        # its type is empty until Slack has processed it
        return SentFile(
            channel, await self._becomes(upload, lambda it: bool(text_in(it, "mimetype")))
        )

    async def _becomes(self, upload: str, holds: Callable[[Mapping[str, Any]], bool]) -> bool:
        """Wait until this holds of a file as Slack has it; False where it does not, or is unknown.

        Without files:read nobody can say; the file is sent all the same.
        """
        for tried in range(1, TRIES + 1):
            await self._clock.sleep(BACKOFF.after(tried))
            try:
                answer = await self._client.call(
                    "files.info", {"file": upload}, idempotent=True, form=True
                )
            except SlackError:
                return False
            if holds(part(answer.body, "file")):
                return True
        return False

    async def _delete(self, channel: str, ts: str) -> None:
        """Delete the message that announced a file which never came."""
        try:
            await self._client.call("chat.delete", {"channel": channel, "ts": ts})
        except SlackError:  # the first fault matters more than a message too many
            return


def _size(content: Content) -> int:
    return len(content) if isinstance(content, bytes) else content.stat().st_size


def _is_in(channel: str, file: Mapping[str, Any]) -> bool:
    """Return whether a file is shared in a conversation, of whichever kind."""
    places = (file.get(kind) for kind in ("channels", "groups", "ims"))
    return any(isinstance(each, list) and channel in each for each in places)


@contextmanager
def _explained() -> Iterator[None]:
    """Turn Slack's error into a sentence for the asker."""
    try:
        yield
    except SlackError as error:
        raise FileNotSent(error.method, error.outcome, file_sentence(error)) from error
