"""Turns what a person typed into what Slack stores: escaped, links, numbers and names marked."""

import re
from collections.abc import Iterable

from bot.emulators.slack.people import Channel, Person, UserGroup

_MARKED = r"<(?:[@#!][^<>\s]+|https?://[^<>]+|mailto:[^<>]+|tel:[^<>]+)>"
_URL = r"https?://[^\s<>|]*[^\s<>|.,;:!?)\]'\"]"
_MAIL = r"[\w.+-]+@[\w-]+\.[\w.]+"
_PERSON = r"(?<![\w@])@[a-z0-9._-]+"
_CHANNEL = r"(?<!\w)#[a-z0-9_-]+"
_PHONE = r"(?<![\w-])(?:\+\d{1,3}(?:[ -]?\d{2,4}){2,5}|\d{3}[-. ]\d{3}[-. ]\d{4})(?![\w-])"
_TOKEN = re.compile(
    f"(?P<marked>{_MARKED})|(?P<url>{_URL})|(?P<mail>{_MAIL})|(?P<person>{_PERSON})"
    f"|(?P<channel>{_CHANNEL})|(?P<phone>{_PHONE})"
)


def escaped(text: str) -> str:
    """Escape the three characters that Slack's markup claims."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def as_slack_sends(
    text: str,
    people: Iterable[Person],
    channels: Iterable[Channel],
    groups: Iterable[UserGroup] = (),
) -> str:
    """Mark up typed text as it stands in a message event.

    `https://…` becomes `<https://…>`, `@ana` becomes `<@U…>`, `@on-call` becomes `<!subteam^S…>`,
    `#general` becomes `<#C…|general>`, `+1 555 010 0199` becomes `<tel:…|…>`; what is marked
    already stays.
    """
    names = {group.handle: f"<!subteam^{group.id}>" for group in groups}
    names |= {person.name: f"<@{person.id}>" for person in people}
    places = {channel.name: f"<#{channel.id}|{channel.name}>" for channel in channels}

    def mark(found: re.Match[str]) -> str:
        typed, kind = found.group(), found.lastgroup
        if kind == "marked":
            return typed
        plain = escaped(typed)
        return {
            "url": f"<{plain}>",
            "mail": f"<mailto:{plain}|{plain}>",
            "person": names.get(typed[1:], plain),
            "channel": places.get(typed[1:], plain),
            "phone": f"<tel:{re.sub(r'[-. ]', '', typed)}|{plain}>",
        }[kind or ""]

    pieces, end = [], 0
    for found in _TOKEN.finditer(text):
        pieces += [escaped(text[end : found.start()]), mark(found)]
        end = found.end()
    return "".join([*pieces, escaped(text[end:])])
