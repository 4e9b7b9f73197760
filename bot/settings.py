"""The environment and `.env` as typed settings; read by bot.app, bot.cli and bot.sandbox only.

To add one: give `Settings` a field with a default and a description, use it in bot/app.py, and
let tests/bot/test_settings.py tell you which line of README.md is missing.
"""

import difflib
import ipaddress
import os
import re
from collections.abc import Callable, Mapping
from enum import Flag, auto
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
)

from bot.errors import SettingsError

PREFIX = "SIMSESSIONS_"
OUTSIDE_THE_PREFIX = ("slack_bot_", "slack_app_", "slack_signing_", "slack_api_", "kore_")
KORE_API = "https://programmable-wireless.api.korewireless.com"
KORE_TOKEN = "https://api.korewireless.com/api-services/v1/auth/token"  # noqa: S105 -- an address
UNITS = {"": 1, "s": 1, "m": 60, "min": 60, "h": 3600, "d": 86400}


class Need(Flag):
    """What a command cannot work without."""

    NOTHING = 0
    KORE = auto()
    SLACK = auto()
    ALL = KORE | SLACK


def env_name(field: str) -> str:
    """Give the environment's name of a field: PORT, SLACK_… and KORE_… bare, else prefixed."""
    bare = field == "port" or field.startswith(OUTSIDE_THE_PREFIX)
    return field.upper() if bare else PREFIX + field.upper()


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _url(text: str) -> str:
    """Check a URL that secrets are sent to: https, or http on this machine only."""
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        msg = "is not a URL; write https://host/…"
        raise ValueError(msg)
    if parts.scheme == "http" and not _is_loopback(parts.hostname):
        msg = "sends secrets in the clear; use https:// (http:// is for 127.0.0.1 and localhost)"
        raise ValueError(msg)
    if parts.username or parts.password or parts.query or parts.fragment:
        msg = "has a user, a query or a fragment; leave those out"
        raise ValueError(msg)
    return text


def _origin(text: str) -> str:
    """Check an origin; a trailing `/` or `/v1` is ours and taken off."""
    origin = re.sub(r"(/v1)?/*$", "", _url(text))
    if urlsplit(origin).path:
        msg = "is an origin: https://host[:port] without a path; /v1 is added by the client"
        raise ValueError(msg)
    return origin


def _with_slash(text: str) -> str:
    return _url(text).rstrip("/") + "/"


def _seconds(text: object) -> object:
    """Read `90`, `90s`, `15min`, `4h` or `3d` as seconds."""
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*", str(text).lower())
    if not found or found[2] not in UNITS:
        msg = "is not a duration; write seconds or a unit: 90, 90s, 15min, 4h, 3d"
        raise ValueError(msg)
    return float(found[1]) * UNITS[found[2]]


def _starts(secret: SecretStr | None, prefix: str, where: str) -> SecretStr | None:
    if secret and not secret.get_secret_value().startswith(prefix):
        msg = f"does not start with {prefix}; copy it from {where}"
        raise ValueError(msg)
    return secret


def _bot_token(secret: SecretStr | None) -> SecretStr | None:
    return _starts(secret, "xoxb-", "api.slack.com/apps, OAuth & Permissions, Bot User OAuth Token")


def _app_token(secret: SecretStr | None) -> SecretStr | None:
    return _starts(secret, "xapp-", "api.slack.com/apps, Basic Information, App-Level Tokens")


def _split(value: object) -> object:
    return value.replace(",", " ").split() if isinstance(value, str) else value


def _upper(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


def _ids(letters: str) -> Callable[[frozenset[str]], frozenset[str]]:
    """Give a check that each id starts with one of `letters`, as Slack's ids do."""

    def check(ids: frozenset[str]) -> frozenset[str]:
        wrong = sorted(i for i in ids if not re.fullmatch(rf"[{letters}][A-Z0-9]+", i))
        if wrong:
            msg = f"{', '.join(wrong)}: not Slack's id; write it like {letters[0]}0123ABCD"
            raise ValueError(msg)
        return ids

    return check


Origin = Annotated[str, AfterValidator(_origin)]
Url = Annotated[str, AfterValidator(_url)]
UrlWithSlash = Annotated[str, AfterValidator(_with_slash)]
Seconds = Annotated[float, BeforeValidator(_seconds)]
BotToken = Annotated[SecretStr | None, AfterValidator(_bot_token)]
AppToken = Annotated[SecretStr | None, AfterValidator(_app_token)]
UserIds = Annotated[frozenset[str], BeforeValidator(_split), AfterValidator(_ids("UW"))]
ChannelIds = Annotated[frozenset[str], BeforeValidator(_split), AfterValidator(_ids("CDG"))]
TeamIds = Annotated[frozenset[str], BeforeValidator(_split), AfterValidator(_ids("TE"))]
LogLevel = Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(_upper)]


class Settings(BaseModel):
    """All settings; secrets print as stars. `env_name` of a field is its name outside."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", alias_generator=env_name, populate_by_name=True
    )

    slack_bot_token: BotToken = Field(None, description="bot token, xoxb-…")
    slack_app_token: AppToken = Field(
        None, description="app-level token, xapp-…; with it Slack is reached by Socket Mode"
    )
    slack_signing_secret: SecretStr | None = Field(
        None, description="signing secret; needed without an app token, for signed HTTP"
    )
    slack_api_url: UrlWithSlash = Field(
        "https://slack.com/api/", description="where Slack's Web API is"
    )
    kore_api_url: Origin = Field(KORE_API, description="origin of KORE's API; /v1 is ours")
    kore_token_url: Url = Field(KORE_TOKEN, description="KORE's token endpoint, the whole URL")
    kore_client_id: str | None = Field(None, description="id of the KORE API client")
    kore_client_secret: SecretStr | None = Field(None, description="its secret")
    kore_access_token: SecretStr | None = Field(
        None, description="a bearer token instead of id and secret; it is not renewed"
    )
    port: int = Field(
        3000,
        ge=0,
        le=65535,
        description="port of /healthz, /readyz, /metrics and, for signed HTTP, /slack/events",
    )
    host: str = Field("127.0.0.1", description="address to listen on; 0.0.0.0 in a container")
    allowed_users: UserIds = Field(frozenset(), description="who may ask; empty: everybody")
    allowed_channels: ChannelIds = Field(
        frozenset(), description="where may be asked; empty: everywhere"
    )
    allowed_teams: TeamIds = Field(
        frozenset(), description="workspaces that may ask; empty: the one of the bot token"
    )
    log_level: LogLevel = Field("INFO", description="least level that is logged")
    log_format: Literal["json", "text"] = Field("json", description="json, or text for people")
    directory_refresh: Seconds = Field(
        900.0, gt=0, description="how often the list of SIMs behind names is read again"
    )
    drain: Seconds = Field(
        10.0, ge=0, description="how long a stop waits for answers that are under way"
    )

    @property
    def socket_mode(self) -> bool:
        """Tell whether Slack is reached by Socket Mode rather than by signed HTTP."""
        return self.slack_app_token is not None

    def missing(self, need: Need) -> tuple[str, ...]:
        """Say what `need` lacks, one line each."""
        kore = self._missing_kore() if Need.KORE in need else ()
        slack = self._missing_slack() if Need.SLACK in need else ()
        return (*kore, *slack)

    def _missing_kore(self) -> tuple[str, ...]:
        if self.kore_access_token:
            return ()
        where = "create an API client in KORE's console (README.md, Going live)"
        id_and_secret = {
            "KORE_CLIENT_ID": self.kore_client_id,
            "KORE_CLIENT_SECRET": self.kore_client_secret,
        }
        return tuple(f"{name}: missing; {where}" for name, got in id_and_secret.items() if not got)

    def _missing_slack(self) -> tuple[str, ...]:
        lacks = []
        if not self.slack_bot_token:
            lacks.append("SLACK_BOT_TOKEN: missing; install the app, then copy its bot token")
        if not (self.slack_app_token or self.slack_signing_secret):
            lacks.append(
                "SLACK_APP_TOKEN: missing; make an app-level token with connections:write"
                " (or give SLACK_SIGNING_SECRET for signed HTTP)"
            )
        return tuple(lacks)


def load_settings(
    environ: Mapping[str, str] | None = None,
    env_file: Path | None = Path(".env"),
    *,
    need: Need = Need.ALL,
) -> Settings:
    """Read the settings; the environment goes before the file, and "" means not set.

    Raises SettingsError with all faults at once: values, misspelt names, what `need` lacks.
    """
    told = _told(os.environ if environ is None else environ, env_file)
    settings, wrong = _validated(told)
    lacking = tuple(line for line in settings.missing(need) if line.split(":")[0] not in wrong)
    faults = (*wrong.values(), *_misspelt(told), *lacking)
    if faults:
        raise SettingsError(faults)
    return settings


def known_names() -> dict[str, str]:
    """Give every setting's name outside with its field."""
    return {env_name(field): field for field in Settings.model_fields}


def _told(environ: Mapping[str, str], env_file: Path | None) -> dict[str, str]:
    try:
        in_file = dotenv_values(env_file, interpolate=False) if env_file else {}
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError((f"{env_file}: cannot be read ({type(error).__name__})",)) from None
    both = {**in_file, **{k: v for k, v in environ.items() if v.strip()}}
    return {name: value.strip() for name, value in both.items() if value and value.strip()}


def _validated(told: Mapping[str, str]) -> tuple[Settings, dict[str, str]]:
    """Validate; give the faults by name, and the settings without the faulty ones."""
    mine = {name: told[name] for name in known_names() if name in told}
    try:
        return Settings.model_validate(mine), {}
    except ValidationError as error:
        # the error itself holds the values, secrets among them: only its words may leave
        told_wrong = {str(e["loc"][0]): e["msg"] for e in error.errors(include_input=False)}
    wrong = {name: _fault(name, words) for name, words in told_wrong.items()}
    right = {name: value for name, value in mine.items() if name not in wrong}
    return Settings.model_validate(right), wrong


def _fault(name: str, words: str) -> str:
    about = Settings.model_fields[known_names()[name]].description
    return f"{name}: {words.removeprefix('Value error, ')} ({about})"


def _misspelt(told: Mapping[str, str]) -> tuple[str, ...]:
    """Find names that are nearly one of ours; others may belong to somebody else."""
    known = known_names()
    strange = (n for n in told if n not in known and n.startswith((PREFIX, "SLACK_", "KORE_")))
    near = ((n, difflib.get_close_matches(n, known, n=1, cutoff=0.9)) for n in strange)
    return tuple(f"{n}: no such setting; did you mean {match[0]}?" for n, match in near if match)
