"""Slack's payload as a typed request, its actor, all its text, and the context of a handler.

Nothing in a payload can make the reading fail. Nothing but a `Context` decides who may do what:
where it is not known who acts, everything is refused. Alert bots put text into blocks and
attachments, people into files.
"""

import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from uuid import uuid4

from slack_bolt.async_app import AsyncAck

from bot.clock import Clock
from bot.errors import NotAllowed
from bot.ops.metrics import Metrics
from bot.services import Actor, FleetView, ListeningConfig, Request, Services, Visibility
from bot.sessions.fleet import Examples
from bot.struct import Struct, field, replace

Body = Mapping[str, Any]
MOST_LATE = 600.0
"""Seconds after which nobody waits for an answer in a thread any more: it would come in between
what is said there by then. Slack's own last retry comes after some 5 minutes."""
TS = re.compile(r"[0-9]{10}\.[0-9]{6}")
"""A message's ts, as Slack writes it."""
# tuples: in them anything may be looked for, also what has no hash
SUBTYPES = (None, "bot_message", "file_share")
CHANNELS = ("channel", "group")
SLACKBOT = "USLACKBOT"
_TIME = re.compile(r"\d{1,12}(?:\.\d{1,9})?")
log = logging.getLogger(__name__)


def part(payload: Body, name: str) -> Body:
    """Return a part of the payload; empty where it is missing or no object."""
    found = payload.get(name)
    return found if isinstance(found, Mapping) else {}


def parts(payload: Body, name: str) -> list[Body]:
    """Return the objects of a list in the payload; empty where it is missing or no list."""
    found = payload.get(name)
    return [each for each in found if isinstance(each, Mapping)] if isinstance(found, list) else []


def text_in(payload: Body, name: str) -> str:
    """Return a text of the payload, half a character as `?`; "" where it is missing or no text."""
    found = payload.get(name)
    return found.encode("utf-8", "replace").decode() if isinstance(found, str) else ""


def typed_in(inputs: Body, most: int) -> str:
    """Return what was typed into a field, as much as its window lets be typed: what is kept."""
    return text_in(inputs, "value")[:most]


def from_command(payload: Body, text: str) -> Request:
    """Read a slash command's payload; `text` is what follows the subcommand."""
    return Request(
        team=text_in(payload, "team_id"),
        user=text_in(payload, "user_id"),
        channel=text_in(payload, "channel_id"),
        text=text,
        response_url=text_in(payload, "response_url") or None,
        trigger=text_in(payload, "trigger_id") or None,
        typed=text_in(payload, "text"),
        id=text_in(payload, "trigger_id") or uuid4().hex,
    )


def from_click(payload: Body) -> Request:
    """Read a click's payload; the thread is that of the message that was clicked."""
    container = part(payload, "container")
    thread = text_in(container, "thread_ts") or text_in(part(payload, "message"), "thread_ts")
    return Request(
        team=team_of(payload),
        user=text_in(part(payload, "user"), "id"),
        channel=_channel_of(payload),
        text="",
        response_url=text_in(payload, "response_url") or None,
        thread=thread or None,
        trigger=text_in(payload, "trigger_id") or None,
        is_public=container.get("type") == "message" and not container.get("is_ephemeral"),
        clicked=text_in(container, "message_ts"),
    )


def from_shortcut(payload: Body) -> Request:
    """Read a shortcut's payload; it is answered for all to see, in the message's own thread."""
    message = part(payload, "message")
    root = text_in(message, "thread_ts") or text_in(payload, "message_ts")
    return Request(
        team=team_of(payload),
        user=text_in(part(payload, "user"), "id"),
        channel=text_in(part(payload, "channel"), "id"),
        text="",
        response_url=text_in(payload, "response_url") or None,
        thread=root or text_in(message, "ts") or None,
        trigger=text_in(payload, "trigger_id") or None,
        is_public=True,
        aloud=True,
        opens_thread=not text_in(message, "thread_ts"),
    )


def team_of(payload: Body) -> str:
    """Return the workspace in which it happened; with an org-wide install only the user tells."""
    return text_in(part(payload, "team"), "id") or text_in(part(payload, "user"), "team_id")


def _channel_of(payload: Body) -> str:
    in_container = text_in(part(payload, "container"), "channel_id")
    return in_container or text_in(part(payload, "channel"), "id")


def actor_of(body: Body, event_team: object) -> Actor:
    """Return who acts; `event_team` is what Bolt found out about an event's author.

    In a channel shared with another company `team` is where the bot is installed, and
    `user.team_id` where the person is from.
    """
    if "command" in body:
        return Actor(
            team=text_in(body, "team_id") or None,
            enterprise=text_in(body, "enterprise_id") or None,
            user=text_in(body, "user_id") or None,
            channel=text_in(body, "channel_id") or None,
        )
    if isinstance(body.get("event"), Mapping):
        return _of_event(body, part(body, "event"), event_team)
    return _of_interaction(body, part(body, "user"))


def _of_event(body: Body, event: Body, team: object) -> Actor:
    # in a shared channel the payload's enterprise is ours, whoever wrote
    is_shared = body.get("is_ext_shared_channel")
    at_home = event.get("type") == "app_home_opened"  # nobody else reads it
    return Actor(
        team=team if isinstance(team, str) else None,
        enterprise=None if is_shared else text_in(body, "enterprise_id") or None,
        user=text_in(event, "user") or None,
        channel=None if at_home else text_in(event, "channel") or None,
        in_view=at_home,
        in_shared=is_shared if isinstance(is_shared, bool) else None,
        is_direct=event.get("channel_type") == "im",
    )


def _of_interaction(body: Body, user: Body) -> Actor:
    home = text_in(part(body, "team"), "id") or None
    team = text_in(user, "team_id") or home
    return Actor(
        team=team,
        enterprise=text_in(part(body, "enterprise"), "id") or None if team == home else None,
        user=text_in(user, "id") or None,
        channel=_channel_of(body) or None,
        in_view=isinstance(body.get("view"), Mapping),
    )


def is_foreign_alert(body: Body, listening: ListeningConfig) -> bool:
    """Return whether another app wrote this anew, in a channel and not in a thread.

    Replies of apps in threads are no alerts: else two bots could answer each other for ever.
    """
    event = part(body, "event")
    if event.get("type") != "message" or event.get("channel_type") not in CHANNELS:
        return False
    if event.get("hidden") or event.get("edited") or event.get("subtype") not in SUBTYPES:
        return False
    ts = text_in(event, "ts")
    if not TS.fullmatch(ts) or text_in(event, "thread_ts") not in {"", ts}:
        return False
    return _is_of_an_app(event) and not _is_ours(body, event, listening)


def _is_of_an_app(event: Body) -> bool:
    ids = (event.get(name) for name in ("bot_id", "app_id", "bot_profile"))
    return any(ids) or event.get("subtype") == "bot_message" or event.get("user") == SLACKBOT


def _is_ours(body: Body, event: Body, listening: ListeningConfig) -> bool:
    apps = {text_in(event, "app_id"), text_in(part(event, "bot_profile"), "app_id")}
    bots = {text_in(event, "bot_id"), text_in(part(event, "bot_profile"), "id")}
    is_our_app = text_in(body, "api_app_id") in apps - {""}
    return is_our_app or text_in(event, "user") == listening.bot_user or listening.bot_id in bots


def is_late(body: Body, clock: Clock, metrics: Metrics) -> bool:
    """Return whether an event is too old to be answered, and log it; one without a time is not.

    Slack sends events late after an outage. A mention is as old as its sending where that is known:
    where "Add Them" let the bot in, Slack sends that of an older message.
    """
    event = part(body, "event")
    stamps = (body.get("event_time"), event.get("event_ts"))
    times = [float(str(each)) for each in stamps if _TIME.fullmatch(str(each))]
    times = times[:1] if event.get("type") == "app_mention" else times
    age = clock.now().timestamp() - min(times, default=float("inf"))
    if age < MOST_LATE:
        return False
    log.warning("too-late", extra={"age_seconds": round(age)})
    metrics.received("event", "late")
    return True


Listener = Callable[[AsyncAck, Body, Actor | None], Awaitable[None]]
"""Bolt passes arguments by name; `actor` is what handlers/middleware.py read, None without it."""


class Context(Struct):
    """One request of one actor, checked by Slack's answers only after the ack."""

    actor: Actor | None
    request: Request
    services: Services
    _seen: dict[tuple[Actor | None, bool], Visibility] = field(default_factory=dict)

    async def authorize(self) -> None:
        """Check that the actor may ask, before anything is done for them. Raises NotAllowed."""
        await self._found_out(self.actor, for_all=False)

    async def is_in(self, channel: str) -> bool:
        """Return whether the actor is in a channel, as far as Slack says."""
        if channel == self.request.channel:
            return bool(await self.checked_channel(channel))
        return await self.services.digests.channels.is_member(channel, self.request.user)

    async def checked_channel(self, channel: str) -> str:
        """Return a channel that a window carries; "" where Slack says that the actor is not there.

        A window's payload does not tell where it was opened, and what it carries may be forged.
        """
        is_told = self.actor is not None and self.actor.channel == channel
        if is_told or not channel.startswith(("C", "G")):
            return channel
        is_away = await self.services.digests.channels.is_outside(channel, self.request.user)
        return "" if is_away else channel

    async def redaction(self, *, for_all: bool | None = None) -> str | None:
        """Return what must be redacted in an answer, and why; None: nothing. Raises NotAllowed.

        `for_all` says that everybody in the channel will read the answer, not the asker alone; by
        default it is what `request.is_public` says.
        """
        return (await self.visibility(for_all=for_all)).redaction

    async def visibility(self, *, for_all: bool | None = None) -> Visibility:
        """Return what an answer may show, and of which accounts. Raises NotAllowed.

        It is found out once a request for each place and kind of reader.
        """
        actor, for_all = self.actor_here, self.request.is_public if for_all is None else for_all
        return self._seen.get((actor, for_all)) or await self._found_out(actor, for_all=for_all)

    async def _found_out(self, actor: Actor | None, *, for_all: bool) -> Visibility:
        found = await self.services.authorizer.authorize(actor, for_all=for_all)
        self._seen[actor, for_all] = found
        return found

    async def view(self, *, for_all: bool | None = None) -> FleetView:
        """Return the fleets of which an answer may show anything. Raises NotAllowed."""
        return await self.view_of(await self.visibility(for_all=for_all))

    async def view_of(self, visibility: Visibility) -> FleetView:
        """Return the fleets that may be seen; a name means the account chosen in the channel.

        Raises NotAllowed.
        """
        default = await self.services.defaults.of(self.request.team, self.request.channel)
        return self.services.views.of(visibility.accounts, default)

    async def examples(self) -> Examples:
        """Return what can be typed and works here; none where nothing may be shown."""
        try:
            return (await self.view()).fleet.examples()
        except NotAllowed:
            return Examples()

    def take(self, sims: int = 1) -> None:
        """Take look-ups of the asker's. Raises AskedTooOften."""
        self.services.rate_limit.take(self.request.person, sims, where=self._channel_that_reads)

    def take_text(self, characters: int) -> None:
        """Count text as look-ups of the asker's before it is read. Raises AskedTooOften."""
        self.services.rate_limit.take_text(
            self.request.person, characters, where=self._channel_that_reads
        )

    @property
    def _channel_that_reads(self) -> str | None:
        """The channel in which others read the question too; None where nobody else does."""
        request = self.request
        return request.channel if request.aloud and not request.channel.startswith("D") else None

    @property
    def actor_here(self) -> Actor | None:
        """The actor in the channel of the request, which a modal's payload does not tell."""
        actor, channel = self.actor, self.request.channel or None
        if actor is None or actor.channel or channel is None:
            return actor
        return replace(actor, channel=channel)

    def for_request(self, request: Request) -> "Context":
        """Return the same actor's context for another request."""
        return replace(self, request=request)
