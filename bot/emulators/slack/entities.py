"""Work Objects: which entities previews carry, who opened one, and what the pane shows then.

https://docs.slack.dev/messaging/work-objects-implementation
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.emulators.slack.faults import SlackError
from bot.emulators.slack.people import Json

TYPES = frozenset(
    f"slack#/entities/{name}" for name in ("content_item", "file", "incident", "item", "task")
)
FIELD_TYPES = frozenset({
    "string", "integer", "boolean", "array", "slack#/types/date", "slack#/types/timestamp",
    "slack#/types/image", "slack#/types/channel_id", "slack#/types/user",
    "slack#/types/entity_ref", "slack#/types/link", "slack#/types/email",
})  # fmt: skip
KEYS = frozenset({"app_unfurl_url", "entity_payload", "entity_type", "external_ref", "url"})
PAYLOAD_KEYS = frozenset({
    "actions", "attributes", "custom_fields", "display_order", "fields", "slack_file",
})  # fmt: skip
STATUSES = frozenset({
    "custom", "custom_partial_view", "internal_error", "not_found", "restricted", "timeout",
})  # fmt: skip


@dataclass(slots=True)
class Entities:
    """What the workspace knows of them; `is_on` says whether the app has them switched on.

    `shown` is by URL, `panes` by person: the entity or the error that the app gave last.
    """

    is_on: bool = True
    shown: dict[str, Json] = field(default_factory=dict)
    panes: dict[str, Json] = field(default_factory=dict)
    _opened: dict[str, tuple[str, Json]] = field(default_factory=dict)

    def open(self, trigger: str, person: str, url: str) -> Json:
        """Note that a person opened an entity; return it. Raises KeyError where none is shown."""
        entity = self.shown[url]
        self._opened[trigger] = (person, entity["external_ref"])
        return entity

    def present(self, trigger: str, entity: Json | None, error: Json | None) -> None:
        """Fill the pane of who opened it, once for each trigger. Raises SlackError."""
        if trigger not in self._opened:
            raise SlackError("invalid_trigger_id")
        person, ref = self._opened[trigger]
        if entity is not None and entity["external_ref"] != ref:
            raise SlackError("entity_metadata_does_not_match_trigger")
        del self._opened[trigger]
        self.panes[person] = entity or {"error": error}


def checked(given: object, *, unfurled: bool = False) -> Json:
    """Return an entity that is as Slack's schema has it. Raises SlackError: invalid_metadata."""
    if not isinstance(given, dict) or not given.keys() <= KEYS:
        raise SlackError("invalid_metadata")
    payload, ref = given.get("entity_payload"), given.get("external_ref")
    is_right = (
        given.get("entity_type") in TYPES
        and _is_link(given.get("url"))
        and (not unfurled or _is_link(given.get("app_unfurl_url")))
        and isinstance(ref, dict)
        and ref.keys() <= {"id", "type"}
        and all(isinstance(value, str) and value for value in ref.values())
        and "id" in ref
        and isinstance(payload, dict)
        and payload.keys() <= PAYLOAD_KEYS
        and _is_payload(payload)
    )
    if not is_right:
        raise SlackError("invalid_metadata")
    return given


def checked_error(given: object) -> Json:
    """Return why a pane is empty. Raises SlackError: invalid_error."""
    if not isinstance(given, dict) or given.get("status") not in STATUSES:
        raise SlackError("invalid_error")
    if given["status"] == "custom" and not given.get("custom_message"):
        raise SlackError("invalid_error")
    return given


def _is_link(url: object) -> bool:
    return isinstance(url, str) and url.startswith(("https://", "http://"))


def _is_payload(payload: Mapping[str, object]) -> bool:
    attributes, fields = payload.get("attributes"), payload.get("custom_fields", [])
    if not isinstance(attributes, dict) or not isinstance(fields, list):
        return False
    title = attributes.get("title")
    keys = [each.get("key") for each in fields if isinstance(each, dict) and _is_field(each)]
    order = payload.get("display_order", [])
    return (
        isinstance(title, dict)
        and bool(title.get("text"))
        and len(keys) == len(set(keys)) == len(fields)
        and isinstance(order, list)
        and set(order) <= set(keys)
    )


def _is_field(given: Mapping[str, object]) -> bool:
    kind, value = given.get("type"), given.get("value")
    wanted = int if kind in {"integer", "slack#/types/timestamp"} else (str, list, type(None))
    named = all(isinstance(given.get(name), str) and given[name] for name in ("key", "label"))
    return named and kind in FIELD_TYPES and isinstance(value, wanted)
