"""How a method of the Web API says no."""

from collections.abc import Iterable

from bot.emulators.slack.ids import Json


class SlackError(Exception):
    """Answered as `{"ok": false, "error": code, ...}`; `details` are further keys of the answer."""

    def __init__(self, code: str, **details: object) -> None:
        super().__init__(code)
        self.code = code
        self.details = details

    def answer(self) -> Json:
        """Return the answer's body."""
        return {"ok": False, "error": self.code, **self.details}


def invalid(code: str, messages: Iterable[str]) -> SlackError:
    """Say what is wrong in blocks, views or arguments, as Slack does in two places."""
    said = list(messages)
    marked = [f"[ERROR] {message}" for message in said]
    return SlackError(code, errors=said, response_metadata={"messages": marked})
