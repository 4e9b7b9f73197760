"""Every id that Slack sends back to us, and what the buttons carry.

A button's `action_id` is one of the constants; where several stand in one block, `numbered` adds
`:1`, `:2`, … and `base_action` takes it off again. Its `value` is one of the models:
`button(…, Refresh(...))` on the way out, `Refresh.from_value(text)` on the way in. What is done
with a digest or an alert has an id of its noun and a word, `digest_pause`: `Listing.action` of
bot/blocks/subscriptions.py.
`MAP`, `CONSOLE` and `RUNBOOK` are links: Slack tells us of the click, which is only acknowledged.
"""

import re
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Self

from pydantic import Field, field_validator

from bot.blocks.kit import UiState, clean

REFRESH = "refresh"
SHARE = "share"
HISTORY = "history"
MAP = "map"
CONSOLE = "console"
RUNBOOK = "runbook"
MORE = "more"
RETRY = "retry"
PICK = "pick"
CSV = "csv"
TIMELINE = "timeline"
SHARE_FILE = "share_file"
DETAILS = "details"
CHOOSE_SESSION = "choose_session"
TURN_PAGE = "turn_page"
DIGEST_FIELD = "digest_field"
DIGEST_DETAILS = "digest_details"
DIGEST_CSV = "digest_csv"
TRIAGE_DETAILS = "triage_details"
TRIAGE_CSV = "triage_csv"
TRIAGE_SHARE = "triage_share"
HANDOVER_LOOK_UP = "handover_look_up"
WATCH = "watch"
WATCH_ALL = "watch_all"
STOP_WATCH = "stop_watch"
ON_IT = "on_it"
INCIDENT_TAKE = "incident_take"
INCIDENT_HAND_OVER = "incident_hand_over"
INCIDENT_SNOOZE = "incident_snooze"
INCIDENT_MUTE = "incident_mute"
INCIDENT_RESOLVE = "incident_resolve"
INCIDENT_DETAILS = "incident_details"
ALERT_FIELD = "alert_field"

HANDOVER_ACTIONS = "handover_actions"
REPORT_ACTIONS = "report_actions"
RETRY_ACTIONS = "retry_actions"
HISTORY_ACTIONS = "history_actions"
FILE_ACTIONS = "file_actions"
PICK_ACTIONS = "pick_actions"
SESSION_CHOICE = "session_choice"
SESSION_PAGES = "session_pages"
DIGEST_ACTIONS = "digest_actions"
DIGEST_FILE_ACTIONS = "digest_file_actions"
TRIAGE_ACTIONS = "triage_actions"
OWNERS = "owners"
INCIDENT_ACTIONS = "incident_actions"

LOOK_UP_MESSAGE = "look_up_message"
HAND_OVER = "hand_over"
SESSION_VIEW = "session_view"
NOTICE_VIEW = "notice_view"
PASTE_VIEW = "paste_view"
PASTED = "pasted"
PASTED_MORE = (f"{PASTED}_2", f"{PASTED}_3")
"""Slack lets 3,000 characters be typed into one field, which is 142 ICCIDs."""
DIGEST_FORM = "digest_form"
ALERT_FORM = "alert_form"
HAND_OVER_VIEW = "hand_over_view"
MUTE_VIEW = "mute_view"
FEEDBACK_VIEW = "feedback_view"
IS_RIGHT = "is_right"
WHY = "why"

MOST_SIMS = 90
"""SIMs that one button can carry."""
_SID_BYTES = 16
_SID = re.compile(r"DE[0-9a-fA-F]{32}")
MOST_DAYS = 3650
"""More than any history can have."""
RETYPED = 1500
MOST_OF_AN_ITEM = 150
"""Characters that a menu's item carries."""
_TYPED = 200  # what was typed is only shown again; a button holds 2,000 characters


def numbered(action_id: str, number: int) -> str:
    """Return an action id that is unique within its block."""
    return f"{action_id}:{number}"


def base_action(action_id: str) -> str:
    """Return the constant that `numbered` was given."""
    return action_id.partition(":")[0]


def cut_input(text: str) -> str:
    """Return as much of what was typed as a button carries, on one visible line."""
    return clean(text, _TYPED)


class ButtonValue(UiState):
    """What a button about a SIM carries."""

    sid: str = Field(max_length=64)


class Refresh(ButtonValue):
    """Ask again. `shared_by` is the person who shared, where the answer stands in a channel."""

    shared_by: str | None = Field(default=None, max_length=64)


class Share(ButtonValue):
    """Post the answer for the whole channel; by `as_of` one that was refreshed is another."""

    as_of: datetime | None = None


class Overflow(StrEnum):
    """What the three dots of an answer offer."""

    MAP = "map"
    HOW = "how"
    TICKET = "ticket"
    RIGHT = "right"


class More(ButtonValue):
    """One of those; `rule` is what the answer said to be the cause, by its `title` there."""

    what: Overflow
    rule: str | None = Field(default=None, max_length=64)
    title: str | None = Field(default=None, max_length=MOST_OF_AN_ITEM)


class Retry(UiState):
    """Do again what could not be done: a subcommand by its name, and what followed it."""

    run: str = Field(max_length=64)
    text: str = Field(default="", max_length=RETYPED)

    @field_validator("text", mode="before")
    @classmethod
    def _whole(cls, text: object) -> object:
        """Put `?` for half a surrogate pair, which no button can carry."""
        return text.encode(errors="replace").decode() if isinstance(text, str) else text


class PickedSim(ButtonValue):
    """One of several SIMs that could be meant; `asked` is what was typed.

    With `days` its history was asked for.
    """

    asked: str = Field(default="", max_length=_TYPED)
    days: int | None = Field(default=None, ge=1, le=MOST_DAYS)


class HistoryWindow(ButtonValue):
    """A SIM over the last `days`: the history, its CSV file, its picture."""

    days: int = Field(default=30, ge=1, le=30)


class PackedSims(UiState):
    """Several SIMs, at most 90: their SIDs' digits as base64, which is how many a button holds."""

    packed: str = Field(max_length=-(-MOST_SIMS * _SID_BYTES * 4 // 3) + 2)

    @staticmethod
    def takes(sid: str) -> bool:
        """Return whether this is a SID: DE and 32 hex digits."""
        return _SID.fullmatch(sid) is not None

    @classmethod
    def of(cls, sids: Sequence[str]) -> Self:
        """Pack SIDs; their digits come back in lower case."""
        raw = b"".join(bytes.fromhex(sid[2:]) for sid in sids)
        return cls(packed=urlsafe_b64encode(raw).decode())

    @property
    def sids(self) -> tuple[str, ...]:
        """Unpack them. Raises ValueError."""
        raw = b64decode(self.packed, altchars=b"-_", validate=True)
        if not raw or len(raw) % _SID_BYTES:
            raise ValueError("no SIDs")
        starts = range(0, len(raw), _SID_BYTES)
        return tuple(f"DE{raw[at : at + _SID_BYTES].hex()}" for at in starts)


class WatchSims(PackedSims):
    """SIMs to be watched, until what and for how many seconds; None: as is usual."""

    until: str | None = Field(default=None, max_length=16)
    seconds: int | None = Field(default=None, ge=1, le=10_000_000)


class StopWatch(UiState):
    """A watch that is to be stopped."""

    id: str = Field(max_length=64)


class ReplyTarget(UiState):
    """Where the answer to a window goes: a thread for all to see, or the asker alone."""

    channel: str = Field(max_length=64)
    thread: str | None = Field(default=None, max_length=64)
    response_url: str | None = Field(default=None, max_length=1000)


class Thread(UiState):
    """A thread of the channel in which the button stands, by the ts of its root."""

    root: str = Field(max_length=64)


class FileKind(StrEnum):
    """What is made of a history; the value ends the file's name."""

    CSV = "csv"
    PICTURE = "png"


class ShareFile(HistoryWindow):
    """The CSV file or the picture of a window, to be shared."""

    kind: FileKind


class Details(HistoryWindow):
    """One session, named by its start; None is the newest.

    `channel` is where the window was opened: a click in it does not tell.
    """

    start: datetime | None = None
    channel: str | None = Field(default=None, max_length=64)


def chosen_session(metadata: str, start: str) -> Details:
    """Read which session was chosen in the window: its metadata, and the option's value."""
    window = Details.from_value(metadata)
    return window.model_copy(update={"start": datetime.fromisoformat(start)})


class SubscriptionButton(UiState):
    """A digest, or an alert, that something is to be done with."""

    id: str = Field(max_length=64)


class DigestRun(SubscriptionButton):
    """One run of it, named by when it was due."""

    due: datetime


class SubscriptionForm(UiState):
    """Which digest or alert is edited, None: a new one; where from; what hidden fields hold."""

    id: str | None = Field(default=None, max_length=64)
    at: str = Field(default="", max_length=64)
    kept: dict[str, str] = Field(default_factory=dict)


class IncidentButton(UiState):
    """An incident that something is to be done with."""

    id: str = Field(max_length=64)


class IncidentTake(IncidentButton):
    """An incident that somebody takes; `seen` is who had it on the card, "" for nobody."""

    seen: str | None = Field(default=None, max_length=64)


class IncidentSnooze(IncidentButton):
    """An incident that is to be quiet for an hour, or until Monday."""

    monday: bool = False


class IncidentView(IncidentButton):
    """A window about an incident; `channel` is where it was opened: its click does not tell."""

    channel: str = Field(default="", max_length=64)
