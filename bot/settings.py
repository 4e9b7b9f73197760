"""The environment and `.env` as typed settings; read by bot.app, bot.cli and bot.demo only.

To add one: give `Settings` a field with a default and a description, use it in bot/app/, and
write the page of all settings again with `make docs`.
"""

import difflib
import os
from collections.abc import Mapping
from enum import Flag, auto
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ConfigDict, Field, InstanceOf, SecretStr, ValidationError

from bot.diagnosis.thresholds import DEFAULTS, Thresholds
from bot.errors import SettingsError
from bot.setting_entries import (
    Accounts,
    AccountSettings,
    OptionalSettings,
    WebhookTargets,
    accounts_in_environment,
    in_the_clear,
    revealed,
)
from bot.setting_values import (
    AppToken,
    BotToken,
    ChannelIds,
    ConsoleUrl,
    DatabaseUrl,
    GroupIds,
    HeaderSecret,
    HowMuch,
    LogFormat,
    LogLevel,
    Origin,
    Runbooks,
    Seconds,
    TeamIds,
    Url,
    UrlWithSlash,
    UserIds,
    read_environment,
    read_limit,
    setting_text,
)
from bot.slack.access import Policy
from bot.store.location import secrets_of

if TYPE_CHECKING:
    from bot.blocks.format import WebLinks

PREFIX = "SIMSESSIONS_"
WITHOUT_PREFIX = frozenset(
    {
        "slack_bot_token",
        "slack_app_token",
        "slack_signing_secret",
        "slack_api_url",
        "kore_api_url",
        "kore_token_url",
        "kore_client_id",
        "kore_client_secret",
        "kore_access_token",
        "kore_accounts",
        "port",
    }
)
KORE_API = "https://programmable-wireless.api.korewireless.com"
KORE_TOKEN = "https://api.korewireless.com/api-services/v1/auth/token"  # noqa: S105 -- an address
PLAINLY = {"int_parsing": "is not a whole number", "float_parsing": "is not a number"}
NAMES_OF_OURS = (PREFIX, "SLACK_", "KORE_")


class Need(Flag):
    """What a command cannot work without."""

    NOTHING = 0
    KORE = auto()
    SLACK = auto()
    ALL = KORE | SLACK


def env_name(field: str) -> str:
    """Return the environment's name of a field or threshold."""
    return field.upper() if field in WITHOUT_PREFIX else PREFIX + field.upper()


class Settings(OptionalSettings):
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
    kore_api_url: Origin = Field(KORE_API, description="origin of KORE's API, without /v1")
    kore_token_url: Url = Field(KORE_TOKEN, description="KORE's token endpoint, the whole URL")
    kore_client_id: str | None = Field(None, description="id of the KORE API client")
    kore_client_secret: SecretStr | None = Field(None, description="its secret")
    kore_access_token: HeaderSecret = Field(
        None, description="a bearer token instead of id and secret; it is not renewed"
    )
    accounts: Accounts = Field(
        (),
        description="TOML file, readable by its owner only, with a table for each of several KORE "
        "accounts (docs/accounts.md)",
    )
    kore_accounts: Accounts = Field(
        (),
        description="their names instead: acme,globex; then KORE_ACME_CLIENT_ID and so on",
    )
    port: int = Field(
        3000,
        ge=0,
        le=65535,
        description="port of /healthz, /readyz, /metrics and, with signed HTTP, /slack/events",
    )
    host: str = Field("127.0.0.1", description="address to listen on; 0.0.0.0 in a container")
    allowed_users: UserIds = Field(frozenset(), description="who may ask; empty: everybody")
    allowed_channels: ChannelIds = Field(
        frozenset(), description="channels in which people may ask; empty: all"
    )
    allowed_teams: TeamIds = Field(
        frozenset(), description="workspaces that may ask; empty: the one of the bot token"
    )
    allowed_groups: GroupIds = Field(
        frozenset(), description="user groups whose members may ask, as well as the allowed users"
    )
    guests: HowMuch = Field(
        Policy.REDACT,
        description="what guests see: allow, redact (no ICCID, IMEI, cell, location) or refuse",
    )
    shared_channels: HowMuch = Field(
        Policy.REDACT,
        description="the same in channels shared with other companies, and for their people",
    )
    prefix_channels: ChannelIds = Field(
        frozenset(),
        description="channels in which `!sim …` is answered; needs channels:history; empty: none",
    )
    unfurl_links: bool = Field(
        default=False,
        description="yes previews links to KORE's console, without ICCID, IMEI and location",
    )
    kore_console_url: ConsoleUrl = Field(
        None,
        description="a SIM's address in KORE's console with `{sid}` for its SID: open one there "
        "and copy it; answers then link to it",
    )
    runbooks: Runbooks = Field(
        None,
        description="https://…/`{rule}`, or a file with a line `rule: https://…` for each rule; "
        "answers then link to the cause's runbook",
    )
    webhooks: WebhookTargets = Field(
        (),
        exclude=True,
        description="incidents go there too: `name=https://… secret=…`, parted by `;`, or a file",
    )
    webhooks_internal: bool = Field(
        default=False, description="yes lets webhooks go to internal addresses, and over http"
    )
    lookups_per_minute: int = Field(
        30,
        ge=1,
        le=10_000,
        description="most look-ups of one person; 20 SIMs in a table count as one",
    )
    audit_retention: Seconds = Field(
        400 * 86400.0, gt=0, description="how long the audit of look-ups is kept"
    )
    database_url: DatabaseUrl = Field(
        None,
        description="postgresql://user:password@host/database for several replicas, or "
        "sqlite:////folder/file.db; without it `simsessions.db` in SIMSESSIONS_DATA_DIR",
    )
    data_dir: Path | None = Field(
        None, description="folder of that and what is in hand; usually `~/.local/share/simsessions`"
    )
    data_may_be_lost: bool = Field(
        default=False,
        description="yes lets that file be where it does not last: memory, a container",
    )
    digest_least: Seconds = Field(
        900.0, ge=60, description="shortest time between two runs of a digest"
    )
    digest_grace: Seconds = Field(
        3600.0, ge=0, description="how late a missed digest is still made"
    )
    history_retention: Seconds = Field(
        400 * 86400.0, ge=31 * 86400, description="how long digests and SIMs' history are kept"
    )
    watches_per_person: int = Field(50, ge=1, le=10_000, description="most open watches per person")
    watches_per_channel: int = Field(
        100, ge=1, le=10_000, description="most open watches per channel"
    )
    watch_longest: Seconds = Field(604800.0, ge=60, description="longest that a watch may last")
    watch_interval: Seconds = Field(
        30.0, ge=1, description="how often a watched SIM is read, as far as KORE allows"
    )
    scan_at_once: int = Field(
        20, ge=0, le=500, description="most SIMs that the bot scans at once; 0: none"
    )
    workers: int = Field(
        0, ge=0, le=64, description="worker processes that the bot starts beside itself"
    )
    worker_at_once: int = Field(
        100, ge=1, le=500, description="most SIMs that a worker scans at once"
    )
    job_retention: Seconds = Field(
        7 * 86400.0, ge=86400, description="how long finished jobs are kept"
    )
    log_level: LogLevel = Field("INFO", description="lowest level that is logged")
    log_format: LogFormat = Field("json", description="json, or text for people to read")
    drain: Seconds = Field(
        10.0, ge=0, description="how long the bot waits for answers under way when it stops"
    )
    sessions_ttl: Seconds = Field(
        30.0, ge=0, description="how long data sessions are reused without asking KORE"
    )
    sims_ttl: Seconds = Field(60.0, ge=0, description="the same for SIMs")
    stale_for: Seconds = Field(
        86400.0, ge=0, description="how old an answer may be that is shown while KORE is down"
    )
    directory_refresh: Seconds = Field(
        900.0, gt=0, description="how often the list of SIM names is read again"
    )
    kore_connect_timeout: Seconds = Field(3.0, gt=0, description="longest wait to connect")
    kore_read_timeout: Seconds = Field(5.0, gt=0, description="longest wait to hear from KORE")
    kore_budget: Seconds = Field(8.0, gt=0, description="longest time for all tries of one request")
    kore_tries: int = Field(4, ge=1, le=10, description="most tries of one request")
    kore_at_once: int = Field(20, ge=1, le=500, description="most requests to KORE at once")
    kore_per_second: float | None = Field(
        None,
        gt=0,
        allow_inf_nan=False,
        description="requests a second that KORE allows the account, for all bots and workers on "
        "one PostgreSQL; without it KORE's 429 answers set the pace",
    )
    thresholds: InstanceOf[Thresholds] = Field(
        DEFAULTS, exclude=True, description="where each rule draws its line, one by one"
    )

    @property
    def socket_mode(self) -> bool:
        """Return whether Slack is reached by Socket Mode rather than by signed HTTP."""
        return self.slack_app_token is not None

    @property
    def secrets(self) -> tuple[str, ...]:
        """Return what may stand in no log."""
        values = (getattr(self, field) for field in type(self).model_fields)
        secret = tuple(v.get_secret_value() for v in values if isinstance(v, SecretStr))
        held = [*(t.secrets for t in self.webhooks), *(t.secrets for t in self.mcp_tokens)]
        named = (each for s in (*held, *(t.secrets for t in self.several)) for each in s)
        return (*secret, *named, *secrets_of(revealed(self.database_url) or ""))

    @property
    def web_links(self) -> "WebLinks":
        """Return what answers link to."""
        from bot.blocks.format import WebLinks  # noqa: PLC0415 -- health draws nothing

        return WebLinks(self.kore_console_url, self.runbooks or {})

    @property
    def several(self) -> tuple[AccountSettings, ...]:
        """Return the accounts that have a name; none where there is one account without."""
        return self.accounts or self.kore_accounts

    def missing(self, need: Need) -> tuple[str, ...]:
        """Say what `need` lacks, one line each."""
        kore = self._missing_kore() if Need.KORE in need else ()
        slack = self._missing_slack() if Need.SLACK in need else ()
        return (*kore, *slack)

    def _missing_kore(self) -> tuple[str, ...]:
        single = ("kore_client_id", "kore_client_secret", "kore_access_token")
        if self.several and (stray := next((each for each in single if getattr(self, each)), None)):
            return (f"{env_name(stray)}: is of no account; take it out, or give it to a named one",)
        if self.accounts and self.kore_accounts:
            return ("KORE_ACCOUNTS: SIMSESSIONS_ACCOUNTS names accounts too; take one out",)
        if self.kore_access_token or self.several:
            return ()
        where = "create an API client in KORE's console (docs/going-live.md)"
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
        return (*lacks, *(() if self.webhooks_internal else in_the_clear(self.webhooks)))


def load_settings(
    environ: Mapping[str, str] | None = None,
    env_file: Path | None = Path(".env"),
    *,
    need: Need = Need.ALL,
) -> Settings:
    """Read the settings; the environment goes before the file, and "" means not set.

    Raises SettingsError with all faults at once: values, misspelt names, what `need` lacks.
    """
    settings, faults = read_settings(environ, env_file, need=need)
    if faults:
        raise SettingsError(faults)
    return settings


def read_settings(
    environ: Mapping[str, str] | None = None,
    env_file: Path | None = Path(".env"),
    *,
    need: Need = Need.ALL,
) -> tuple[Settings, tuple[str, ...]]:
    """Return the settings that are right, and all faults, one line each."""
    environment = read_environment(os.environ if environ is None else environ, env_file)
    settings, wrong = _validated(environment)
    named = {"SIMSESSIONS_ACCOUNTS", "KORE_ACCOUNTS"} & wrong.keys()  # of no other one is asked
    told_of = wrong.keys() | ({"KORE_CLIENT_ID", "KORE_CLIENT_SECRET"} if named else ())
    lacking = tuple(line for line in settings.missing(need) if line.split(":")[0] not in told_of)
    return settings, (*wrong.values(), *_misspelt(environment), *lacking)


def known_names() -> dict[str, str]:
    """Return every setting's name outside with its field; thresholds are apart."""
    return {env_name(field): field for field in Settings.model_fields if field != "thresholds"}


def threshold_names() -> dict[str, str]:
    """Return every threshold's name outside with its field of Thresholds."""
    return {env_name(name): name for name in Thresholds.__struct_fields__}


def _validated(environ: Mapping[str, str]) -> tuple[Settings, dict[str, str]]:
    """Validate; give the faults by name, and the settings without the faulty ones."""
    thresholds, wrong = _thresholds(environ)
    mine: dict[str, Any] = {name: environ[name] for name in known_names() if name in environ}
    if "KORE_ACCOUNTS" in mine:
        mine["KORE_ACCOUNTS"] = accounts_in_environment(environ)[0]
    try:
        return Settings.model_validate({**mine, "thresholds": thresholds}), wrong
    except ValidationError as error:
        # the error itself holds the values, secrets among them: only its words may leave
        faults = error.errors(include_input=False)
        told_wrong = {str(e["loc"][0]): PLAINLY.get(e["type"], e["msg"]) for e in faults}
    wrong = {name: _fault(name, words) for name, words in told_wrong.items()} | wrong
    right = {name: value for name, value in mine.items() if name not in wrong}
    return Settings.model_validate({**right, "thresholds": thresholds}), wrong


def _fault(name: str, words: str) -> str:
    about = Settings.model_fields[known_names()[name]].description
    return f"{name}: {words.removeprefix('Value error, ')} ({about})"


def _thresholds(environ: Mapping[str, str]) -> tuple[Thresholds, dict[str, str]]:
    values: dict[str, Any] = {}
    wrong = {}
    for name, field in threshold_names().items():
        usual = getattr(DEFAULTS, field)
        try:
            if name in environ:
                values[field] = read_limit(environ[name], usual)
        except ValueError as error:
            wrong[name] = (
                f"{name}: {error} (by default {setting_text(usual)}, {DEFAULTS.sources[field]})"
            )
    return Thresholds(**values), wrong


def _misspelt(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Find names that are nearly one of ours; others may belong to somebody else."""
    known = {*known_names(), *threshold_names(), *accounts_in_environment(environ)[1]}
    strange = (name for name in environ if name not in known and name.startswith(NAMES_OF_OURS))
    near = ((n, difflib.get_close_matches(n, known, n=1, cutoff=0.9)) for n in strange)
    return tuple(f"{n}: no such setting; did you mean {match[0]}?" for n, match in near if match)
