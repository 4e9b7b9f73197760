"""What can go wrong when Slack is called, and what its error codes mean.

The classes are drawn as a tree in bot/errors.py. What matters for sending again is whether Slack
may have done it: after `SlackRefused`, `SlackRateLimited` and `SlackUnreachable` nothing was done;
after `SlackOutcomeUnknown` it may have been.
"""

from enum import StrEnum

from bot.errors import BotError, UserError


class Reason(StrEnum):
    """What a refusal comes down to for whoever called."""

    ARCHIVED = "archived"
    NOT_IN_CHANNEL = "not_in_channel"
    NOT_ALLOWED = "not_allowed"
    """The channel or its workspace does not let the bot post there."""
    NO_PERMISSION = "no_permission"
    """For want of a scope, or of being a member."""
    NO_THREAD = "no_thread"
    NO_PERSON = "no_person"
    """Somebody cannot be written to directly."""
    NOT_EDITABLE = "not_editable"
    """The message is gone, or cannot be changed any more."""
    BAD_BLOCKS = "bad_blocks"
    """The workspace does not take these blocks, as too new or too long."""
    FILE_FORBIDDEN = "file_forbidden"
    SCOPE_MISSING = "scope_missing"
    NO_USER_GROUP = "no_user_group"
    TRIGGER_EXPIRED = "trigger_expired"
    """The three seconds in which a click may open a modal were over."""
    VIEW_CLOSED = "view_closed"
    VIEW_CHANGED = "view_changed"
    """Another drawing of the view came in between."""
    RATE_LIMITED = "rate_limited"
    BAD_TOKEN = "bad_token"  # noqa: S105 -- a word
    IN_DOUBT = "in_doubt"
    """Some of it may have been done: it counts as `SlackOutcomeUnknown`."""


CODES: dict[Reason, tuple[str, ...]] = {
    Reason.ARCHIVED: ("is_archived", "is_inactive"),
    Reason.NOT_IN_CHANNEL: ("channel_not_found", "not_in_channel"),
    Reason.NOT_ALLOWED: (
        "channel_is_limited_access",
        "ekm_access_denied",
        "restricted_action",
        "restricted_action_non_threadable_channel",
        "restricted_action_read_only_channel",
        "restricted_action_thread_only_channel",
        "team_access_not_granted",
    ),
    Reason.NO_PERMISSION: ("no_permission",),
    Reason.NO_THREAD: ("thread_locked", "thread_not_found"),
    Reason.NO_PERSON: (
        "cannot_dm_bot",
        "messages_tab_disabled",
        "user_disabled",
        "user_not_found",
    ),
    Reason.NOT_EDITABLE: (
        "cant_update_message",
        "edit_window_closed",
        "invalid_ts",
        "message_not_found",
        "update_failed",
    ),
    Reason.BAD_BLOCKS: ("invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long"),
    Reason.FILE_FORBIDDEN: (
        "blocked_file_type",
        "file_type_not_allowed",
        "file_upload_size_restricted",
        "file_uploads_disabled",
        "file_uploads_except_images_disabled",
        "storage_limit_reached",
    ),
    Reason.SCOPE_MISSING: ("missing_scope", "not_allowed_token_type"),
    Reason.NO_USER_GROUP: ("no_such_subteam",),
    Reason.TRIGGER_EXPIRED: ("exchanged_trigger_id", "expired_trigger_id", "trigger_expired"),
    Reason.VIEW_CLOSED: ("not_found",),
    Reason.VIEW_CHANGED: ("hash_conflict",),
    Reason.RATE_LIMITED: ("rate_limited", "ratelimited"),
    Reason.BAD_TOKEN: (
        "account_inactive",
        "invalid_auth",
        "not_authed",
        "org_login_required",
        "token_expired",
        "token_revoked",
    ),
    Reason.IN_DOUBT: ("fatal_error", "internal_error", "request_timeout", "service_unavailable"),
}
"""Slack's codes by reason, from the pages of the methods at docs.slack.dev/reference/methods."""

CANNOT_POST = frozenset({Reason.ARCHIVED, Reason.NOT_IN_CHANNEL, Reason.NOT_ALLOWED})
"""Nothing can be posted in the channel, now or tomorrow."""
WRONG_PLACE = CANNOT_POST | {Reason.NO_PERMISSION, Reason.NO_THREAD}
"""Another place may still do."""

_OUTAGES = frozenset(
    {"unreachable", "outcome_unknown", Reason.RATE_LIMITED, Reason.BAD_TOKEN, Reason.IN_DOUBT}
)
_REASONS = {code: reason for reason, codes in CODES.items() for code in codes}


def reason_of(code: str) -> Reason | None:
    """Return what an error code comes down to; None where nobody has to tell it from others."""
    return _REASONS.get(code)


def is_outage(outcome: str) -> bool:
    """Return whether the word of a call that failed speaks of Slack itself, not of that call."""
    return (reason_of(outcome) or outcome) in _OUTAGES


class SlackError(BotError):
    """Base of all that a call to Slack can end in. `method` is the Web API's, or `response_url`."""

    sentence = "Slack did not accept the answer."

    def __init__(self, method: str, why: str = "", sentence: str | None = None) -> None:
        said = f"Slack did not take `{method}`{': ' if why else ''}{why}."
        super().__init__(sentence or said)
        self.method = method

    @property
    def outcome(self) -> str:
        """The word in metrics and logs."""
        return self.kind.removeprefix("slack_")


class SlackRefused(SlackError):
    """Slack said no. `error` is its code; `messages` may say which block it does not like.

    `needed` is the scope that is missing, where that is the error.
    """

    def __init__(
        self, method: str, error: str, messages: tuple[str, ...] = (), needed: str = ""
    ) -> None:
        super().__init__(method, error)
        self.error = error
        self.messages = messages
        self.needed = needed

    @property
    def reason(self) -> Reason | None:
        """Return what it comes down to."""
        return reason_of(self.error)

    @property
    def outcome(self) -> str:
        """Slack's own code."""
        return self.error


class SlackRateLimited(SlackError):
    """429: not before `retry_after` seconds."""

    def __init__(self, method: str, retry_after: float) -> None:
        super().__init__(method, f"ratelimited for {retry_after:g} s")
        self.retry_after = retry_after


class SlackUnreachable(SlackError):
    """Nothing reached Slack: no connection came about, or somebody on the way answered."""


class SlackOutcomeUnknown(SlackError):
    """It was sent and no clear answer came: Slack may have done it: to be looked for first."""


NOT_DONE = (SlackUnreachable, SlackRateLimited)
"""Says nothing of an earlier try that is in doubt."""


class NotDelivered(SlackError):
    """Every way to the asker failed."""


class TriggerExpired(SlackError):
    """The three seconds in which a click may open a modal were over."""

    sentence = (
        "Slack lets me open a window only within 3 seconds of a click or a command, and I was too "
        "late. Try again."
    )

    def __init__(self) -> None:
        super().__init__("views.open", sentence=self.sentence)


class FileNotSent(SlackError):
    """A file could not be sent; the sentence says why and what to do. `error` is Slack's code."""

    def __init__(self, method: str, error: str, sentence: str) -> None:
        super().__init__(method, error, sentence)
        self.error = error


class ThreadNotRead(UserError):
    """The thread could not be read; `scope` is what the app would need for it."""

    sentence = (
        "Your message names no SIM, and I could not read this thread. Mention me with the SIM: "
        "its SID (DE…), its ICCID, its IMEI or its name."
    )

    def __init__(self, scope: str | None = None) -> None:
        with_scope = (
            "Your message names no SIM, and I may not read this thread: an admin can add the scope "
            f"`{scope}` to this app. Or mention me with the SIM itself."
        )
        super().__init__(with_scope if scope else None)
        self.scope = scope


class ThreadTooLong(ThreadNotRead):
    """The thread has more replies than are read."""

    sentence = (
        "This thread has more than 10,000 replies, and I read no more. Mention me with the SIM: "
        "its SID (DE…), its ICCID, its IMEI or its name."
    )


def cannot_post(error: BotError) -> Reason | None:
    """Return why the channel takes no posts; None where it was something else, or may pass."""
    reason = error.reason if isinstance(error, SlackRefused) else None
    return reason if reason in CANNOT_POST else None


DIRECTLY = "chat.postMessage"


def file_sentence(error: SlackError) -> str:
    """Say what happened to a file and what the asker can do."""
    if isinstance(error, SlackOutcomeUnknown):
        return "Slack did not say whether it accepted the file. If it does not come, press again."
    if not isinstance(error, SlackRefused):
        return "Slack did not accept the file just now. Press again in a minute."
    code = error.error
    if error.reason in {Reason.SCOPE_MISSING, Reason.NO_PERMISSION}:
        return (
            "I may not send files: the Slack app lacks `files:write`. An admin of this bot can "
            "put manifest.yml into the app and reinstall it; `simsessions doctor` shows it."
        )
    if error.reason is Reason.FILE_FORBIDDEN:
        return f"This workspace does not let me send that file (`{code}`). Ask one of its admins."
    if error.method == DIRECTLY:
        return f"Slack does not let me write to you directly (`{code}`): I cannot send you files."
    return f"Slack did not accept the file (`{code}`). Press again; `simsessions doctor` may help."
