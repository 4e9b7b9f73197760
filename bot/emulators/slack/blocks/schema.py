"""The words in which the limits of Block Kit are written down, and those of texts and images."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Check = Callable[[object, str], Iterator[str]]
"""Takes a value and its JSON pointer; yields what is wrong with it, in Slack's words."""
Extra = Callable[[dict[str, Any], str], Iterator[str]]
"""A check of a whole object, for what no single field can say."""


def fault(said: str, at: str) -> str:
    """Say what is wrong where, as Slack's `response_metadata` does."""
    return f"{said} [json-pointer:{at}]"


def string(most: int | None = None, least: int = 1) -> Check:
    """Allow a bare string of `least` to `most` characters."""

    def check(value: object, at: str) -> Iterator[str]:
        if not isinstance(value, str):
            yield fault("must provide a string", at)
        elif len(value) < least:
            yield fault(f"must be more than {least - 1} characters", at)
        elif most is not None and len(value) > most:
            yield fault(f"must be less than {most + 1} characters", at)

    return check


def pattern(expression: str) -> Check:
    """Allow a string that a regular expression fits as a whole."""
    fits = re.compile(expression)

    def check(value: object, at: str) -> Iterator[str]:
        if not isinstance(value, str) or not fits.fullmatch(value):
            yield fault("must match the expected format", at)

    return check


def boolean(value: object, at: str) -> Iterator[str]:
    """Allow true and false."""
    if not isinstance(value, bool):
        yield fault("must provide a boolean", at)


def integer(least: int | None = None, most: int | None = None) -> Check:
    """Allow a whole number within bounds."""

    def check(value: object, at: str) -> Iterator[str]:
        if not isinstance(value, int) or isinstance(value, bool):
            yield fault("must provide an integer", at)
        elif least is not None and value < least:
            yield fault(f"must be greater than or equal to {least}", at)
        elif most is not None and value > most:
            yield fault(f"must be less than or equal to {most}", at)

    return check


def number(value: object, at: str) -> Iterator[str]:
    """Allow a finite number."""
    finite = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not finite or value != value or value in {float("inf"), float("-inf")}:  # noqa: PLR0124 -- NaN
        yield fault("must provide a number", at)


def one_of(*words: str) -> Check:
    """Allow one of a few words."""

    def check(value: object, at: str) -> Iterator[str]:
        if not isinstance(value, str) or value not in words:
            yield fault("must be a valid enum value", at)

    return check


def array(item: Check, least: int = 1, most: int | None = None) -> Check:
    """Allow a list of `least` to `most` things that are all alike."""

    def check(value: object, at: str) -> Iterator[str]:
        if not isinstance(value, list):
            yield fault("must provide an array", at)
            return
        if len(value) < least:
            yield fault(f"no fewer than {least} items allowed", at)
        if most is not None and len(value) > most:
            yield fault(f"no more than {most} items allowed", at)
        for index, one in enumerate(value):
            yield from item(one, f"{at}/{index}")

    return check


def shape(
    needed: Mapping[str, Check] | None = None,
    maybe: Mapping[str, Check] | None = None,
    *extras: Extra,
) -> Check:
    """Allow an object with these fields and no others.

    `extras` look at it as a whole, once every field is right by itself.
    """
    needed, maybe = needed or {}, maybe or {}

    def check(value: object, at: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield fault("must provide an object", at)
            return
        found = list(_fields(value, at, needed, maybe))
        yield from found or (said for extra in extras for said in extra(value, at))

    return check


def _fields(
    value: dict[str, Any], at: str, needed: Mapping[str, Check], maybe: Mapping[str, Check]
) -> Iterator[str]:
    known = {**maybe, **needed}
    for name in needed:
        if value.get(name) is None:
            yield fault(f"missing required field: {name}", at)
    for name, one in value.items():
        if name not in known:
            yield fault(f"invalid additional property: {name}", at)
        elif name not in needed or one is not None:
            yield from known[name](one, f"{at}/{name}")


def typed(shapes: Mapping[str, Check]) -> Check:
    """Allow an object whose `type` says which shape it has."""

    def check(value: object, at: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield fault("must provide an object", at)
        elif not isinstance(value.get("type"), str):
            yield fault("missing required field: type", at)
        elif value["type"] not in shapes:
            yield fault(f"unsupported type: {value['type']}", f"{at}/type")
        else:
            rest = {name: one for name, one in value.items() if name != "type"}
            yield from shapes[value["type"]](rest, at)

    return check


def some_of(*names: str) -> Extra:
    """Ask for at least one of these fields."""

    def check(value: dict[str, Any], at: str) -> Iterator[str]:
        if not any(value.get(name) for name in names):
            yield fault(f"must provide at least one of: {', '.join(names)}", at)

    return check


def just_one_of(*names: str) -> Extra:
    """Ask for exactly one of these fields."""

    def check(value: dict[str, Any], at: str) -> Iterator[str]:
        if sum(value.get(name) is not None for name in names) != 1:
            yield fault(f"must provide exactly one of: {', '.join(names)}", at)

    return check


def among(field: str) -> Extra:
    """Ask that what is chosen at first stands among the options."""

    def check(value: dict[str, Any], at: str) -> Iterator[str]:
        groups = [group["options"] for group in value.get("option_groups", ())]
        offered = [option for options in (value.get("options", ()), *groups) for option in options]
        chosen = value.get(field, [])
        for one in chosen if isinstance(chosen, list) else [chosen]:
            if one not in offered:
                yield fault("initial option must be among the options", f"{at}/{field}")

    return check


def not_both(one: str, other: str) -> Extra:
    """Let two fields exclude each other."""

    def check(value: dict[str, Any], at: str) -> Iterator[str]:
        if value.get(one) and value.get(other):
            yield fault(f"{one} and {other} cannot be used together", at)

    return check


def unique(field: str, inside: str) -> Extra:
    """Forbid that two objects of a list have the same value in a field."""

    def check(value: dict[str, Any], at: str) -> Iterator[str]:
        seen: set[object] = set()
        for index, one in enumerate(value.get(inside, ())):
            name = one.get(field)
            if name is not None and name in seen:
                yield fault(f'`{field}` "{name}" already exists', f"{at}/{inside}/{index}/{field}")
            seen.add(name)

    return check


URL = 3000
ALT_TEXT = 2000
ACTION_ID = string(255)
BLOCK_ID = string(255)


def texts(most: int | None) -> dict[str, Check]:
    """Return the two kinds of text, with markup and without."""
    return {
        "plain_text": shape({"text": string(most)}, {"emoji": boolean}),
        "mrkdwn": shape({"text": string(most)}, {"verbatim": boolean}),
    }


def plain_text(most: int) -> Check:
    """Allow a text without markup."""
    return typed({"plain_text": texts(most)["plain_text"]})


def text(most: int) -> Check:
    """Allow a text with or without markup."""
    return typed(texts(most))


TEXTS = texts(None)


STYLE = one_of("primary", "danger")
CONFIRM = shape(
    {
        "title": plain_text(100),
        "text": text(300),
        "confirm": plain_text(30),
        "deny": plain_text(30),
    },
    {"style": STYLE},
)
OPTION = shape(
    {"text": plain_text(75), "value": string(150)},
    {"description": plain_text(75)},
)
MARKED_OPTION = shape(
    {"text": text(75), "value": string(150)},
    {"description": text(75)},
)
LINK_OPTION = shape(
    {"text": plain_text(75), "value": string(150)},
    {"description": plain_text(75), "url": string(URL)},
)
OPTION_GROUP = shape({"label": plain_text(75), "options": array(OPTION, 1, 100)})
CONVERSATION_FILTER = shape(
    {},
    {
        "include": array(one_of("im", "mpim", "private", "public"), 1, 4),
        "exclude_external_shared_channels": boolean,
        "exclude_bot_users": boolean,
    },
)
DISPATCH_CONFIG = shape(
    {},
    {"trigger_actions_on": array(one_of("on_enter_pressed", "on_character_entered"), 1, 2)},
)
SLACK_FILE = shape(
    {},
    {"id": pattern(r"F[A-Z0-9]{6,}"), "url": string(URL)},
    just_one_of("id", "url"),
)
IMAGE = shape(
    {"alt_text": string(ALT_TEXT)},
    {"image_url": string(URL), "slack_file": SLACK_FILE},
    just_one_of("image_url", "slack_file"),
)
FEEDBACK_BUTTON = shape(
    {"text": plain_text(75), "value": string(2000)},
    {"accessibility_label": string(75)},
)
WORKFLOW = shape(
    {
        "trigger": shape(
            {"url": string(URL)},
            {
                "customizable_input_parameters": array(
                    shape({"name": string(), "value": string()}), 0
                )
            },
        )
    }
)
USER_IDS = array(pattern(r"[UW][A-Z0-9]{2,}"), 1, 10)


_MARKS = ("bold", "italic", "strike", "code", "underline", "highlight", "client_highlight")
TEXT_STYLE = shape({}, dict.fromkeys((*_MARKS, "unlink"), boolean))


def _part(**needed: Check) -> Check:
    return shape(needed, {"style": TEXT_STYLE})


PARTS = typed(
    {
        "text": _part(text=string()),
        "emoji": shape(
            {"name": string()},
            {"unicode": string(), "skin_tone": integer(1, 6), "style": TEXT_STYLE},
        ),
        "link": shape(
            {"url": string(URL)},
            {"text": string(), "unsafe": boolean, "style": TEXT_STYLE},
        ),
        "date": shape(
            {"timestamp": integer(0), "format": string()},
            {"url": string(URL), "fallback": string(), "timezone": string(), "style": TEXT_STYLE},
        ),
        "color": _part(value=pattern(r"#[0-9A-Fa-f]{3}(?:[0-9A-Fa-f]{3})?")),
        "user": _part(user_id=string()),
        "channel": _part(channel_id=string()),
        "usergroup": _part(usergroup_id=string()),
        "team": _part(team_id=string()),
        "broadcast": _part(range=one_of("here", "channel", "everyone")),
    }
)
_ELEMENTS = {"elements": array(PARTS, 0)}
SECTION = {"rich_text_section": shape(_ELEMENTS)}
ELEMENTS = {
    **SECTION,
    "rich_text_quote": shape(_ELEMENTS, {"border": integer(0, 1)}),
    "rich_text_preformatted": shape(_ELEMENTS, {"border": integer(0, 1), "language": string()}),
    "rich_text_list": shape(
        {"style": one_of("bullet", "ordered"), "elements": array(typed(SECTION))},
        {"indent": integer(0, 8), "offset": integer(0), "border": integer(0, 1)},
    ),
}
RICH_TEXT = shape({"elements": array(typed(ELEMENTS))}, {"block_id": BLOCK_ID})
RICH_TEXT_OBJECT = typed({"rich_text": RICH_TEXT})
