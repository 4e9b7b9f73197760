"""What can go wrong when Slack is called; drawn as a tree in bot/errors.py.

What matters for sending again is whether Slack may have read the request: after `SlackRefused`,
`SlackRateLimited` and `SlackUnreachable` nothing was done; after `SlackOutcomeUnknown` it may be.
"""

from bot.errors import BotError


class SlackError(BotError):
    """Base of all that a call to Slack can end in. `method` is the Web API's, or `response_url`."""

    sentence = "Slack did not take the answer."

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
    def outcome(self) -> str:
        """Slack's own code."""
        return self.error


class SlackRateLimited(SlackError):
    """429: not before `retry_after` seconds."""

    def __init__(self, method: str, retry_after: float) -> None:
        super().__init__(method, f"ratelimited for {retry_after:g} s")
        self.retry_after = retry_after


class SlackUnreachable(SlackError):
    """No connection came about: nothing was sent."""


class SlackOutcomeUnknown(SlackError):
    """It was sent and no answer came: Slack may have done it. Never sent again for a post."""


class NotDelivered(SlackError):
    """Every way to the asker failed."""


class WindowTooLate(SlackError):
    """The three seconds in which a click may open a window were over."""

    sentence = (
        "Slack lets me open a window only within 3 seconds of the click, and they were over. "
        "Press the button again."
    )

    def __init__(self) -> None:
        super().__init__("views.open", sentence=self.sentence)


class FileNotSent(SlackError):
    """A file could not be sent; the sentence says why and what to do. `error` is Slack's code."""

    def __init__(self, method: str, error: str, sentence: str) -> None:
        super().__init__(method, error, sentence)
        self.error = error


NO_PLACE = frozenset({"not_in_channel", "channel_not_found", "is_archived", "thread_not_found"})
DIRECTLY = "chat.postMessage"
NO_SCOPE = frozenset({"missing_scope", "no_permission", "not_allowed_token_type"})
FORBIDDEN = frozenset(
    {
        "blocked_file_type",
        "file_type_not_allowed",
        "file_upload_size_restricted",
        "file_uploads_disabled",
        "file_uploads_except_images_disabled",
        "storage_limit_reached",
    }
)


def is_no_place(error: SlackRefused) -> bool:
    """Return whether the channel is not one where the bot may share."""
    return error.error in NO_PLACE


def refusal(error: SlackError) -> str:
    """Say what happened to a file and what the asker can do."""
    if isinstance(error, SlackOutcomeUnknown):
        return "Slack did not say whether it took the file. If it does not come, press again."
    if not isinstance(error, SlackRefused):
        return "Slack did not take the file now. Press again in a minute."
    return _no(error)


def _no(error: SlackRefused) -> str:
    code = error.error
    if code in NO_SCOPE:
        return (
            "I may not send files: the Slack app lacks `files:write`. An admin of this bot can "
            "put manifest.yml into the app and reinstall it; `simsessions doctor` shows it."
        )
    if code in FORBIDDEN:
        return f"This workspace does not let me send that file (`{code}`). Ask one of its admins."
    if error.method == DIRECTLY:
        return f"Slack does not let me write to you directly (`{code}`): I cannot send you files."
    return f"Slack did not take the file (`{code}`). Press again; `simsessions doctor` may help."
