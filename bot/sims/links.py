"""Finds the SIM in a link to KORE's or Twilio's console or API. Pure: nothing is asked."""

import re
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

SID = re.compile(r"(?i)(?<![0-9a-z])(?:DE|HS)[0-9a-f]{32}(?![0-9a-z])")
LINK = re.compile(r"(?i)(?:https?://|(?:[\w-]+\.)*(?:korewireless|twilio)\.com/)\S+")
_NAMED = re.compile(r"(?i)/sims/([^/?#]+)")
_APIS = ("api.korewireless.com", "wireless.twilio.com")
_TIMES_QUOTED = 3


def is_link(text: str) -> bool:
    """Return whether all of the text is one web address."""
    return LINK.fullmatch(text) is not None


def sids_in(text: str) -> tuple[str, ...]:
    """Return each SID of a SIM or Super SIM that stands in the text, spelt DE… or HS….

    However often the text was percent-encoded.
    """
    found = (SID.findall(reading) for reading in _readings(text))
    return _distinct(next(filter(None, found), []))


def sims_in(link: str) -> tuple[str, ...]:
    """Return the SIDs in a link, else the SIM that it names.

    A SID right after `/Sims/` is the one meant, whatever others stand in the query. A name is read
    from `/Sims/<name>` on the API's own hosts only.
    """
    for reading in _readings(link):
        named = _NAMED.search(reading)
        if sids := (named and SID.findall(named[1])) or SID.findall(reading):
            return _distinct(sids)
    name = _name_in(link)
    return (name,) if name else ()


def _readings(text: str) -> Iterator[str]:
    yield text
    for _ in range(_TIMES_QUOTED):
        if "%" not in text:
            return
        text = unquote(text)
        yield text


def _distinct(sids: list[str]) -> tuple[str, ...]:
    return tuple({sid.lower(): sid[:2].upper() + sid[2:] for sid in reversed(sids)}.values())[::-1]


def _name_in(link: str) -> str | None:
    try:
        parts = urlsplit(link if "://" in link else "//" + link)
        host = (parts.hostname or "").lower()
    except ValueError:
        return None
    if not any(host == api or host.endswith("." + api) for api in _APIS):
        return None
    named = _NAMED.search(parts.path)
    return unquote(named[1]) if named else None
