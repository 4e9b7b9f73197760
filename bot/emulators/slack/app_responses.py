"""What the app answers without a token: in an ack, to a submitted modal, over a response URL."""

from bot.emulators.slack.delivery import Delivery
from bot.emulators.slack.faults import ResponseTicket, SlackError
from bot.emulators.slack.messages import Message
from bot.emulators.slack.methods.context import Reader
from bot.emulators.slack.people import Json
from bot.emulators.slack.state import WorkspaceState
from bot.emulators.slack.views import View
from bot.struct import replace


class AppResponses:
    """Writes into the workspace what the app answers."""

    def __init__(self, state: WorkspaceState) -> None:
        self._state = state
        self._reader = Reader(state)

    def to_command(self, ticket: str, typed: str, payload: Json) -> None:
        """Show the body of a slash command's ack. Raises SlackError.

        `in_channel` shows the command too, even where there is nothing else to show.
        """
        known = self._state.tickets.check(ticket)
        empty = not (payload.get("text") or payload.get("blocks"))
        content = None if empty else self._reader.content(payload)
        if _in_channel(payload):
            self._state.write(known.channel, known.user, typed, subtype="slash_command")
        if content is not None:
            see = None if _in_channel(payload) else known.user
            self._reader.write(known.channel, content, ephemeral_to=see, ticket=ticket)

    def to_response_url(self, ticket: str, payload: Json) -> None:
        """Accept one post to a response URL. Raises SlackError: used_url, expired_url."""
        known = self._state.tickets.check(ticket)
        original = self._original(known, payload)
        if payload.get("delete_original"):
            if original is None:
                raise SlackError("no_original")
            self._state.erase(original)
        else:
            self._post(ticket, original, payload)
        self._state.tickets.spend(ticket)

    def to_submission(self, view: View, delivery: Delivery) -> Delivery:
        """Apply a submission's response_action: close, update, push, clear or show errors."""
        answer = delivery.answer or {}
        action = answer.get("response_action")
        try:
            if action == "errors":
                self._errors(view, answer)
            elif action in {"update", "push"}:
                self._redraw(view, action, answer)
            else:
                self._close(view, everything=action == "clear")
        except SlackError as error:
            return replace(delivery, ok=False, error=error.code)
        return delivery

    def _original(self, known: ResponseTicket, payload: Json) -> Message | None:
        wanted = payload.get("replace_original") or payload.get("delete_original")
        if not wanted or known.message_ts is None:
            return None
        original = self._state.messages.get(known.message_ts)
        return original if original and original.is_the_bots else None

    def _post(self, ticket: str, original: Message | None, payload: Json) -> None:
        content = self._reader.content(payload)
        if original is not None:
            self._state.rewrite(original, content.text, content.blocks)
            return
        known = self._state.tickets.check(ticket)
        see = None if _in_channel(payload) else known.user
        told = {"ephemeral_to": see, "thread_ts": payload.get("thread_ts"), "ticket": ticket}
        self._reader.write(known.channel, content, **told)

    def _errors(self, view: View, answer: Json) -> None:
        blocks = {block.get("block_id") for block in view.body["blocks"]}
        errors = answer.get("errors")
        if not isinstance(errors, dict) or not errors or not set(errors) <= blocks:
            raise SlackError("invalid_view_errors")
        self._state.show_errors(view, errors)

    def _redraw(self, view: View, action: str, answer: Json) -> None:
        body = self._reader.view(answer.get("view"), ("modal",))
        if action == "update":
            self._state.show("view_changed", self._state.views.update(view, body))
        else:
            self._state.show("view_opened", self._state.views.push(view.user, body))

    def _close(self, view: View, *, everything: bool) -> None:
        if everything:
            self._state.views.clear(view.user)
        else:
            self._state.views.close(view)
        self._state.show("view_closed", view)


def _in_channel(payload: Json) -> bool:
    return payload.get("response_type") == "in_channel"
