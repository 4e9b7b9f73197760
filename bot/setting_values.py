"""How one setting's text is read: URLs, durations, Slack's ids, tokens, thresholds.

Each raises ValueError with what to write instead; `bot.settings` puts the setting's name before it.
"""

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import AfterValidator, BeforeValidator, SecretStr

from bot.clock import format_duration, parse_seconds
from bot.errors import SettingsError
from bot.proxies import is_this_machine
from bot.sims.identifier import sims_in
from bot.slack.access import Policy
from bot.store.location import checked_url

Limit = int | timedelta | tuple[timedelta, ...]
LONGEST = 3650 * 86400
SID = "{sid}"
RULE = "{rule}"
_EXAMPLE = "DE" + "0123456789abcdef" * 2
_ENTRY = re.compile(r"""\s*["']?(?P<rule>\w+)["']?\s*:\s*["']?(?P<url>[^\s"',]+)["']?\s*,?\s*""")
_NUMBER = re.compile(r"\d+(\.\d+)?")


def _url(text: str) -> str:
    """Check a URL that secrets are sent to: https, or http on this machine only."""
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("is not a URL; write https://host/…")
    if parts.scheme == "http" and not is_this_machine(parts.hostname):
        raise ValueError(
            "sends secrets in the clear; use https:// (http:// is for 127.0.0.1 and localhost)"
        )
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError("has a user, a query or a fragment; leave those out")
    return text


def _origin(text: str) -> str:
    """Check an origin; a trailing `/` or `/v1` is ours and taken off."""
    origin = re.sub(r"(/v1)?/*$", "", _url(text))
    if urlsplit(origin).path:
        raise ValueError(
            "is an origin: https://host[:port] without a path; /v1 is added by the client"
        )
    return origin


def _with_slash(text: str) -> str:
    return _url(text).rstrip("/") + "/"


def seconds(text: object) -> float:
    """Read `90`, `90s`, `15min`, `1h30min` or `3d` as seconds."""
    typed = str(text).strip()
    length = float(typed) if _NUMBER.fullmatch(typed) else parse_seconds(typed)
    if length is None:
        raise ValueError("is not a duration; write seconds or a unit: 90, 90s, 15min, 4h, 3d")
    if length > LONGEST:
        raise ValueError("is longer than 10 years")
    return length


def _sendable(secret: SecretStr | None) -> SecretStr | None:
    """Refuse what no HTTP header takes, such as a line break in the middle."""
    if secret and not re.fullmatch(r"[!-~]+", secret.get_secret_value()):
        raise ValueError(
            "holds a space, a line break or a character that no header takes; copy it again"
        )
    return secret


def _starts(secret: SecretStr | None, prefix: str, where: str) -> SecretStr | None:
    if secret and not secret.get_secret_value().startswith(prefix):
        raise ValueError(f"does not start with {prefix}; copy it from {where}")
    return secret


def _bot_token(secret: SecretStr | None) -> SecretStr | None:
    return _starts(secret, "xoxb-", "api.slack.com/apps, OAuth & Permissions, Bot User OAuth Token")


def _app_token(secret: SecretStr | None) -> SecretStr | None:
    return _starts(secret, "xapp-", "api.slack.com/apps, Basic Information, App-Level Tokens")


def _split(value: object) -> object:
    return value.replace(",", " ").split() if isinstance(value, str) else value


def _matching(values: frozenset[str], shape: str | re.Pattern[str], fault: str) -> frozenset[str]:
    if wrong := sorted(each for each in values if not re.fullmatch(shape, each)):
        raise ValueError(f"{', '.join(wrong)}: {fault}")
    return values


def _ids(letters: str) -> Callable[[frozenset[str]], frozenset[str]]:
    """Return a check that each id starts with one of `letters`, as Slack's ids do."""
    fault = f"not Slack's id; write it like {letters[0]}0123ABCD"
    return lambda ids: _matching(ids, rf"[{letters}][A-Z0-9]+", fault)


def _database_url(secret: SecretStr | None) -> SecretStr | None:
    return SecretStr(checked_url(secret.get_secret_value())) if secret else None


def checked_console(text: str) -> str:
    """Return the console's address if a SID filled in can be read back. Raises ValueError."""
    _https(text)
    filled = text.replace(SID, _EXAMPLE)
    if SID not in text or sims_in(filled) != (_EXAMPLE,):
        raise ValueError(
            "names no SIM; open one in KORE's console, copy the address, put {sid} where its SID is"
        )
    return text


def checked_pattern(text: str) -> str:
    """Return an address with `{rule}` in it. Raises ValueError."""
    _https(text)
    if RULE not in text:
        raise ValueError("has no {rule} in it; write https://host/{rule}, or the path of a file")
    return text


def read_runbooks(text: str) -> dict[str, str]:
    """Read rules and their addresses, one a line, as YAML or JSON writes them. Raises ValueError.

    Nothing is nested there, so that both are read in one way.
    """
    found: dict[str, str] = {}
    for number, line in enumerate(text.replace(",", ",\n").splitlines(), start=1):
        kept = line.strip().strip("{}").strip()
        if not kept or kept.startswith(("#", "---")):
            continue
        entry = _ENTRY.fullmatch(kept)
        if entry is None:
            raise ValueError(f"entry {number} is not `rule: https://…`")
        found[entry["rule"]] = _https(entry["url"])
    return found


def _https(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme != "https" or not parts.hostname or parts.username or parts.password:
        raise ValueError("is not an https:// address")
    return text


def read_text_or_file(
    value: object,
    mark: str,
    of_text: Callable[[str], object],
    of_file: Callable[[str], object],
    form: str,
) -> object:
    """Read a text that has `mark` in it, else the file of that path. Raises ValueError."""
    if not isinstance(value, str):
        return value
    if mark in value:
        return of_text(value)
    try:
        return of_file(Path(value).expanduser().read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        why = type(error).__name__
        raise ValueError(f"cannot be read as a file ({why}); write its path, or {form}") from error


def _runbooks(value: object) -> object:
    return read_text_or_file(value, "://", checked_pattern, read_runbooks, "https://…")


_HOST = re.compile(r"([\w.-]+|\[[\da-f:.]+\])(:\d+)?", re.IGNORECASE | re.ASCII)


def _host_names(hosts: frozenset[str]) -> frozenset[str]:
    """Return the names without ports, which the Host header is held against."""
    _matching(hosts, _HOST, "no host; write it like mcp.example.com or [2001:db8::1]")
    return frozenset(re.sub(r":\d+$", "", host.lower()) for host in hosts)


def _origins(origins: frozenset[str]) -> frozenset[str]:
    fault = "no origin; write it like https://tools.example.com"
    return frozenset(map(str.lower, _matching(origins, r"https?://[^/\s]+", fault)))


HostNames = Annotated[frozenset[str], BeforeValidator(_split), AfterValidator(_host_names)]
Origins = Annotated[frozenset[str], BeforeValidator(_split), AfterValidator(_origins)]
ConsoleUrl = Annotated[str, AfterValidator(checked_console)] | None
Runbooks = Annotated[str | dict[str, str] | None, BeforeValidator(_runbooks)]
DatabaseUrl = Annotated[SecretStr | None, AfterValidator(_database_url)]
Origin = Annotated[str, AfterValidator(_origin)]
Url = Annotated[str, AfterValidator(_url)]
UrlWithSlash = Annotated[str, AfterValidator(_with_slash)]
Seconds = Annotated[float, BeforeValidator(seconds)]
HeaderSecret = Annotated[SecretStr | None, AfterValidator(_sendable)]
BotToken = Annotated[HeaderSecret, AfterValidator(_bot_token)]
AppToken = Annotated[HeaderSecret, AfterValidator(_app_token)]
UserIds = Annotated[frozenset[str], BeforeValidator(_split), AfterValidator(_ids("UW"))]
ChannelIds = Annotated[frozenset[str], BeforeValidator(_split), AfterValidator(_ids("CDG"))]
TeamIds = Annotated[frozenset[str], BeforeValidator(_split), AfterValidator(_ids("TE"))]
GroupIds = Annotated[frozenset[str], BeforeValidator(_split), AfterValidator(_ids("S"))]
HowMuch = Annotated[Policy, BeforeValidator(str.lower)]
LogFormat = Annotated[Literal["json", "text"], BeforeValidator(str.lower)]
LogLevel = Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(str.upper)]


def read_environment(environ: Mapping[str, str], env_file: Path | None) -> dict[str, str]:
    """Return what is set in the environment or else the file, by name. Raises SettingsError."""
    try:
        in_file = dotenv_values(env_file, interpolate=False) if env_file else {}
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError((f"{env_file}: cannot be read ({type(error).__name__})",)) from None
    both = {**in_file, **{k: v for k, v in environ.items() if v.strip()}}
    return {name: value.strip() for name, value in both.items() if value and value.strip()}


def read_limit(text: str, default: Limit) -> Limit:
    """Read a threshold of the kind of its default: a number, a duration, or several of them."""
    if isinstance(default, tuple):
        return tuple(_duration(each) for each in text.split(","))
    if isinstance(default, timedelta):
        return _duration(text)
    if not text.isdecimal() or int(text) == 0:
        raise ValueError("is not a whole number from 1 on")
    return int(text)


def setting_text(value: object) -> str:
    """Write a value as it may be typed: durations with their unit, ids parted by commas."""
    if isinstance(value, timedelta):
        return format_duration(value)
    if isinstance(value, tuple | frozenset):
        return ",".join(map(setting_text, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def _duration(text: str) -> timedelta:
    duration = timedelta(seconds=seconds(text))
    if not duration:
        raise ValueError("is zero; write a duration above 0")
    return duration
