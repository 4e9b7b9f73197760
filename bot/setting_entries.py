"""Settings of several entries, each with its secrets: KORE accounts, webhooks, agents' tokens.

In the file of `KORE_ACCOUNTS` each account is a table, called by the account's name; in the
environment `KORE_ACCOUNTS=acme,globex` names them, and `KORE_ACME_CLIENT_ID` is the file's
`client_id`. Webhooks are where incidents go besides Slack:

    ops=https://hooks.example.com/sims secret=…; oncall=pagerduty routing_key=…
"""

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    InstanceOf,
    SecretStr,
    ValidationError,
)

from bot.setting_values import (
    ChannelIds,
    GroupIds,
    HeaderSecret,
    HostNames,
    Origin,
    Origins,
    Url,
    UserIds,
    read_text_or_file,
)
from bot.slack.access import AccountRule
from bot.struct import Struct

_NAME = re.compile(r"[a-z][a-z0-9-]{0,19}")
_PLAINLY = {
    "extra_forbidden": "is no setting of an account",
    "missing": "is missing",
    "too_short": "is empty; leave it out to let everybody see the account",
}
_TAKEN = frozenset({"any", "redact"})
"""Words that mean something else where an account is named."""
MOST = 50


class AccountSettings(BaseModel):
    """One account; what is None is as for a bot that has one account.

    Without `channels`, `users` and `groups` everybody who may ask sees it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    label: str | None = Field(None, max_length=60)
    client_id: str | None = None
    client_secret: SecretStr | None = None
    access_token: HeaderSecret = None
    api_url: Origin | None = None
    token_url: Url | None = None
    at_once: int | None = Field(None, ge=1, le=500)
    per_second: float | None = Field(None, gt=0, allow_inf_nan=False)
    channels: ChannelIds = Field(frozenset(), min_length=1)
    users: UserIds = Field(frozenset(), min_length=1)
    groups: GroupIds = Field(frozenset(), min_length=1)

    @property
    def key(self) -> object:
        """What KORE knows it by."""
        return self.access_token or self.client_id

    @property
    def called(self) -> frozenset[str]:
        """What people know it by, in small letters."""
        return frozenset({self.name, (self.label or self.name).strip().casefold()})

    @property
    def rule(self) -> AccountRule:
        """Who may see it."""
        return AccountRule(self.name, self.channels, self.users, self.groups)

    @property
    def secrets(self) -> tuple[str, ...]:
        """Return what may stand in no log."""
        return tuple(v.get_secret_value() for v in (self.client_secret, self.access_token) if v)


FIELDS = frozenset(AccountSettings.model_fields) - {"name"}


def _accounts(value: object) -> object:
    """Read the file of that path, or tables by name. Raises ValueError with all faults."""
    if not isinstance(value, str | Mapping):
        return value
    tables = _of_file(Path(value).expanduser()) if isinstance(value, str) else value
    faults, found = list[str](), list[AccountSettings]()
    for name, table in tables.items():
        account = _account(name, table)
        if isinstance(account, AccountSettings):
            found.append(account)
        else:
            faults += account
    faults += _shared(found)
    if len(tables) > MOST:
        faults.append(f"there are more than {MOST}")
    if faults or not found:
        raise ValueError("; ".join(faults) or "names no account")
    return tuple(found)


def _shared(accounts: Sequence[AccountSettings]) -> Iterator[str]:
    """Say which accounts cannot be told apart."""
    for one, other in combinations(accounts, 2):
        both = f"{one.name} and {other.name}"
        if one.key == other.key and one.api_url == other.api_url:
            yield f"{both} have the same credentials, so they are one account"
        if one.called & other.called:
            yield f"{both} are called the same; give each its own label"


Accounts = Annotated[tuple[AccountSettings, ...], BeforeValidator(_accounts)]


def _of_file(file: Path) -> Mapping[str, Any]:
    import tomllib  # noqa: PLC0415 -- most bots have one account

    try:
        if file.stat().st_mode & 0o077:
            raise ValueError(f"others on this machine may read its secrets; chmod 600 {file}")
        return tomllib.loads(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        why = str(error) if isinstance(error, tomllib.TOMLDecodeError) else type(error).__name__
        raise ValueError(f"cannot be read as a TOML file ({why})") from None


def _account(name: str, table: object) -> AccountSettings | list[str]:
    """Return an account, or all that is wrong with it."""
    if not _NAME.fullmatch(name) or name in _TAKEN:
        but = "the first a letter, and neither any nor redact"
        return [f"{name[:30]}: a name is up to 20 of a-z, 0-9 and -, {but}"]
    if not isinstance(table, Mapping):
        return [f"{name}: is no table; write [{name}], and below it client_id = …"]
    # a list of ids as one text, which the checks of ids read
    plain = {f: " ".join(map(str, v)) if isinstance(v, list) else v for f, v in table.items()}
    if "name" in table:
        return [f"{name}: name is no setting of an account; did you mean label?"]
    try:
        account = AccountSettings.model_validate({**plain, "name": name})
    except ValidationError as error:
        # the error itself holds the values, secrets among them: only its words may leave
        return [f"{name}: {_words(each)}" for each in error.errors(include_input=False)]
    if account.access_token or (account.client_id and account.client_secret):
        return account
    return [f"{name}: client_id and client_secret, or access_token, are missing"]


def _words(fault: Mapping[str, Any]) -> str:
    field = str(fault["loc"][0])
    says = _PLAINLY.get(fault["type"], fault["msg"].removeprefix("Value error, "))
    near = () if field in FIELDS else difflib.get_close_matches(field, FIELDS, n=1)
    return f"{field} {says}" + (f"; did you mean {near[0]}?" if near else "")


def accounts_in_environment(
    environment: Mapping[str, str],
) -> tuple[dict[str, dict[str, str]], frozenset[str]]:
    """Return the accounts that KORE_ACCOUNTS names as tables, and the names that they took."""
    names = environment.get("KORE_ACCOUNTS", "").replace(",", " ").lower().split()
    tables: dict[str, dict[str, str]] = {name: {} for name in names}
    taken = set[str]()
    for account in sorted(tables, key=len, reverse=True):  # `acme-west` before `acme`
        table = tables[account]
        prefix = f"KORE_{account.upper().replace('-', '_')}_"
        for name in sorted(set(environment) - taken):
            if name.startswith(prefix):
                table[name.removeprefix(prefix).lower()] = environment[name]
                taken.add(name)
    return tables, frozenset(taken)


def revealed(secret: SecretStr | None) -> str | None:
    """Return the plain text."""
    return secret.get_secret_value() if secret else None


PAGERDUTY = "https://events.pagerduty.com/v2/enqueue"
_TARGET_NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,39}")
_PRINTABLE = re.compile(r"[!-~]+")
_OPTIONS = ("secret", "routing_key")
_MOST_TARGETS = 20


@dataclass(frozen=True, slots=True)
class WebhookTarget:
    """One target; with a `routing_key` it speaks PagerDuty's Events v2, else plain JSON.

    `secret` signs each body. Nothing but the name and the host may stand in a log.
    """

    name: str
    url: str = field(repr=False)
    secret: str = field(default="", repr=False)
    routing_key: str = field(default="", repr=False)

    @property
    def secrets(self) -> tuple[str, ...]:
        """Return what may stand in no log; the address may itself be a secret."""
        return tuple(filter(None, (self.url, self.secret, self.routing_key)))

    @property
    def is_encrypted(self) -> bool:
        """Return whether nobody on the way can read it."""
        return self.url.startswith("https://")

    @property
    def host(self) -> str:
        """Return the host that it is sent to."""
        return urlsplit(self.url).hostname or ""


def in_the_clear(targets: Iterable[WebhookTarget]) -> Iterator[str]:
    """Say which targets may be sent nothing unless internal ones are allowed; a line each."""
    for target in targets:
        if not target.is_encrypted:
            yield (
                f"SIMSESSIONS_WEBHOOKS: {target.name}: incidents would go unencrypted; use "
                "https:// (http:// needs SIMSESSIONS_WEBHOOKS_INTERNAL=yes)"
            )


def parse_targets(text: str) -> tuple[WebhookTarget, ...]:
    """Read the setting. Raises ValueError, which holds no secret."""
    entries = [entry.strip() for entry in re.split(r"[;\n]", text)]
    found = tuple(map(_target, (each for each in entries if each and not each.startswith("#"))))
    names = [target.name.casefold() for target in found]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise ValueError(f"names {twice} twice")
    if len(found) > _MOST_TARGETS:
        raise ValueError(f"has more than {_MOST_TARGETS} targets")
    return found


def _target(entry: str) -> WebhookTarget:
    name, _, rest = entry.partition("=")
    name, words = name.strip(), rest.split()
    if not _TARGET_NAME.fullmatch(name) or not words:
        raise ValueError("is not a list of name=https://… secret=…, separated by semicolons")
    options = _options(name, words[1:])
    is_pagerduty = words[0] == "pagerduty"
    url = PAGERDUTY if is_pagerduty else words[0]
    if not _is_address(url):
        raise ValueError(
            f"{name}: its address must be https://… without a user name in it, or `pagerduty`"
        )
    if is_pagerduty and "routing_key" not in options:
        raise ValueError(
            f"{name}: PagerDuty needs a routing_key=…, the integration key of a service"
        )
    if not options:
        raise ValueError(f"{name}: needs a secret=…, by which the receiver knows us")
    return WebhookTarget(name, url, **options)


def _options(name: str, words: Iterable[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for word in words:
        option, _, value = word.partition("=")
        if option not in _OPTIONS or not _PRINTABLE.fullmatch(value):
            raise ValueError(
                f"{name}: takes secret=… and routing_key=… behind its address, and no more"
            )
        found[option] = value
    return found


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").encode("idna")  # as it will be looked up
        is_whole = parts.port != 0 and not parts.username
    except ValueError:
        return False
    return bool(host) and is_whole and parts.scheme in {"https", "http"}


def _webhooks(value: object) -> object:
    return read_text_or_file(value, "=", parse_targets, parse_targets, "name=https://…")


WebhookTargets = Annotated[tuple[InstanceOf[WebhookTarget], ...], BeforeValidator(_webhooks)]


class AgentToken(Struct):
    """A token by which an agent asks over HTTP: its name in the audit, and what it may see."""

    name: str
    secret: SecretStr
    redacts: bool = False
    accounts: frozenset[str] = frozenset()

    @property
    def secrets(self) -> tuple[str, ...]:
        """What may stand in no log."""
        return (self.secret.get_secret_value(),)


REDACT = "redact"
_TOKEN_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}", re.IGNORECASE)
_TOKEN = re.compile(r"[!-~]{32,}")


def _agent_tokens(value: object) -> object:
    """Read `name=token` and `name:redact=token`, parted by commas; no fault repeats a token."""
    if not isinstance(value, str):
        return value
    tokens = [_agent_token(each) for each in value.replace(",", " ").split()]
    names = {token.name for token in tokens}
    if not len(tokens) == len(names) == len({token.secret for token in tokens}):
        raise ValueError("has a name or a token twice; give each agent its own")
    return tuple(tokens)


def _agent_token(text: str) -> AgentToken:
    head, _, secret = text.partition("=")
    name, *options = head.split(":")
    # a token without a name, be it Base64 with its "=", looks like a name without a token
    if not (secret.strip("=") and all(map(_TOKEN_NAME.fullmatch, (name, *options)))):
        raise ValueError(
            "is not like oncall=<token>, partner:redact=<token> or partner:acme=<token>"
        )
    if not _TOKEN.fullmatch(secret):
        raise ValueError(
            f"the token of {name} is shorter than 32 characters; make one: openssl rand -hex 32"
        )
    accounts = frozenset(options) - {REDACT}
    return AgentToken(name, SecretStr(secret), REDACT in options, accounts)


AgentTokens = Annotated[tuple[InstanceOf[AgentToken], ...], BeforeValidator(_agent_tokens)]


class OptionalSettings(BaseModel):
    """What most do without: Work Objects, `simsessions mcp --http`; a part of Settings."""

    work_objects: bool = Field(
        default=False,
        description="yes lets previews of links, and answers for all, open in Slack's side pane; "
        "needs SIMSESSIONS_UNFURL_LINKS, for answers SIMSESSIONS_KORE_CONSOLE_URL, and the app's "
        "Work Objects switched on",
    )
    mcp_tokens: AgentTokens = Field(
        (),
        description="who may ask over HTTP: `name=token`, or `name:redact=token` without "
        "ICCID, IMEI, cell and location, or `name:acme=token` for one of several accounts; parted "
        "by commas, 32 characters or more each",
    )
    mcp_hosts: HostNames = Field(
        frozenset(), description="names by which agents reach it, besides localhost"
    )
    mcp_origins: Origins = Field(
        frozenset(), description="web pages that may ask, as https://tools.example.com; empty: none"
    )
