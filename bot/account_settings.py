"""Several KORE accounts: read from a TOML file or the environment, and what each is opened with.

In the file each account is a table, called by the account's name; in the environment
`KORE_ACCOUNTS=acme,globex` names them, and `KORE_ACME_CLIENT_ID` is the file's `client_id`.
"""

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError

from bot.setting_values import ChannelIds, GroupIds, HeaderSecret, Origin, Url, UserIds
from bot.slack.access import AccountRule

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
            msg = f"others on this machine may read its secrets; chmod 600 {file}"
            raise ValueError(msg)
        return tomllib.loads(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        why = str(error) if isinstance(error, tomllib.TOMLDecodeError) else type(error).__name__
        msg = f"cannot be read as a TOML file ({why})"
        raise ValueError(msg) from None


def _account(name: str, table: object) -> AccountSettings | list[str]:
    """Return an account, or all that is wrong with it."""
    if not _NAME.fullmatch(name) or name in _TAKEN:
        but = "the first a letter, and neither any nor redact"
        return [f"{name[:30]}: a name is up to 20 of a-z, 0-9 and -, {but}"]
    if not isinstance(table, Mapping):
        return [f"{name}: is no table; write [{name}], and below it client_id = …"]
    plain = {field: _plain(value) for field, value in table.items()}
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


def _plain(value: object) -> object:
    """Return a list of ids as one text, which the checks of ids read."""
    return " ".join(map(str, value)) if isinstance(value, list) else value


def _words(fault: Mapping[str, Any]) -> str:
    field = str(fault["loc"][0])
    says = _PLAINLY.get(fault["type"], fault["msg"].removeprefix("Value error, "))
    near = () if field in FIELDS else difflib.get_close_matches(field, FIELDS, n=1)
    return f"{field} {says}" + (f"; did you mean {near[0]}?" if near else "")


def of_environment(told: Mapping[str, str]) -> tuple[dict[str, dict[str, str]], frozenset[str]]:
    """Return the accounts that KORE_ACCOUNTS names as tables, and the names that they took."""
    names = told.get("KORE_ACCOUNTS", "").replace(",", " ").lower().split()
    tables: dict[str, dict[str, str]] = {name: {} for name in names}
    taken = set[str]()
    for account in sorted(tables, key=len, reverse=True):  # `acme-west` before `acme`
        table = tables[account]
        prefix = f"KORE_{account.upper().replace('-', '_')}_"
        for name in sorted(set(told) - taken):
            if name.startswith(prefix):
                table[name.removeprefix(prefix).lower()] = told[name]
                taken.add(name)
    return tables, frozenset(taken)


def revealed(secret: SecretStr | None) -> str | None:
    """Return the plain text."""
    return secret.get_secret_value() if secret else None
