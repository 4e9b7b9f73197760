"""Who and where: the people and channels that a workspace starts with; ids as Slack makes them."""

import random
from typing import Any, Literal

from bot.struct import Struct, replace

Json = dict[str, Any]

_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"


class Ids:
    """Makes ids that look like Slack's; the same seed makes the same ids."""

    def __init__(self, seed: int = 1) -> None:
        self._random = random.Random(seed)  # noqa: S311 -- names, not secrets

    def make(self, prefix: str, length: int = 10) -> str:
        """Return an id such as `F0AB12CD34`: the prefix, then letters and digits."""
        return prefix + "".join(self._random.choices(_ALPHABET, k=length - len(prefix)))

    def token(self) -> str:
        """Return 24 letters and digits, for URLs and tickets."""
        return self.make("", 24)

    def number(self) -> str:
        """Return 13 digits, as in trigger ids and event ids."""
        return str(self._random.randrange(10**12, 10**13))


Kind = Literal["public", "private", "im"]


class Team(Struct):
    """A workspace's id and name; a person's team may be a foreign one (Slack Connect)."""

    id: str
    name: str
    domain: str


class Person(Struct):
    """Somebody who can type and click; `tz` is an IANA zone.

    Guests are `is_restricted`. `bot_id` is that of another app's bot.
    """

    id: str
    name: str
    real_name: str
    tz: str
    team: str
    is_bot: bool = False
    is_restricted: bool = False
    bot_id: str | None = None

    def to_json(self) -> Json:
        """Return the person as a web page needs it."""
        return {
            "id": self.id,
            "name": self.name,
            "real_name": self.real_name,
            "tz": self.tz,
            "team_id": self.team,
            "is_bot": self.is_bot,
            "is_guest": self.is_restricted,
            "company": None if self.team == HOME.id else _COMPANIES.get(self.team),
        }


class UserGroup(Struct):
    """A group that is mentioned by its handle, with or without `@`; `users` are ids."""

    id: str
    handle: str
    name: str
    users: tuple[str, ...]

    def to_json(self) -> Json:
        """Return the group as a web page needs it."""
        return {"id": self.id, "handle": self.handle, "name": self.name}


class Channel(Struct):
    """A place to write; `members` are ids of people, the bot's among them where it was invited.

    `is_pending` says that another company is invited to it and has not accepted yet.
    """

    id: str
    name: str
    kind: Kind
    members: frozenset[str]
    is_shared: bool = False
    is_archived: bool = False
    is_pending: bool = False

    def with_members(self, *ids: str) -> "Channel":
        """Return the channel with these people in it too."""
        return replace(self, members=self.members | set(ids))

    def without(self, person: str) -> "Channel":
        """Return the channel as it is after somebody left."""
        return replace(self, members=self.members - {person})

    def to_json(self) -> Json:
        """Return the channel as a web page needs it."""
        return {
            "id": self.id,
            "name": self.name,
            "kind": self.kind,
            "members": sorted(self.members),
            "is_shared": self.is_shared,
            "is_archived": self.is_archived,
        }


HOME = Team("T0ACMEIOT", "Acme IoT", "acme-iot")
PARTNER = Team("T0PARTNER", "Partner Telecom", "partner-telecom")
CARRIER = Team("T0CARRIER", "Carrier Labs", "carrier-labs")
TEAMS = (HOME, PARTNER, CARRIER)
_COMPANIES = {team.id: team.name for team in TEAMS}
APP_ID = "A0SIMSESS"
BOT_ID = "B0SIMSESS"
BOT = Person("U0SIMSESS", "simsessions", "simsessions", "UTC", HOME.id, is_bot=True)
SLACKBOT = Person("USLACKBOT", "slackbot", "Slackbot", "UTC", HOME.id, is_bot=True)
GRAFANA = Person("U0GRAFANA", "grafana", "Grafana", "UTC", HOME.id, is_bot=True, bot_id="B0GRAFANA")

ANA = Person("U0ANA0001", "ana", "Ana Ruiz", "America/New_York", HOME.id)
BEN = Person("U0BEN0001", "ben", "Ben Okafor", "Europe/Berlin", HOME.id)
CHLOE = Person("U0CHLOE01", "chloe", "Chloé Tanaka", "Asia/Tokyo", HOME.id)
GIL = Person("U0GIL0001", "gil", "Gil Moreau", "Europe/Paris", HOME.id, is_restricted=True)
DORA = Person("U0DORA001", "dora", "Dora Lind", "Europe/Stockholm", PARTNER.id)
EMIL = Person("U0EMIL001", "emil", "Emil Novak", "Europe/Prague", CARRIER.id)
PEOPLE = (ANA, BEN, CHLOE, GIL, DORA, EMIL)
USER_GROUPS = (UserGroup("S0ONCALL1", "on-call", "On call", (ANA.id, CHLOE.id)),)

_OURS = frozenset({ANA.id, BEN.id, CHLOE.id})
CHANNELS = (
    Channel("C0FLEETOP", "fleet-ops", "public", _OURS | {GIL.id, BOT.id, GRAFANA.id}),
    Channel("C0GENERAL", "general", "public", _OURS),
    Channel("G0ONCALL1", "on-call-private", "private", frozenset({ANA.id, CHLOE.id})),
    Channel(
        "C0PARTNER",
        "partner-shared",
        "public",
        _OURS | {DORA.id, EMIL.id, BOT.id},
        is_shared=True,
    ),
    Channel("C0DEPOT24", "depot-2024", "public", _OURS | {BOT.id}, is_archived=True),
    Channel("D0ANADM01", "ana", "im", frozenset({ANA.id, BOT.id})),
    Channel("D0BENDM01", "ben", "im", frozenset({BEN.id, BOT.id})),
    Channel("D0CHLOE01", "chloe", "im", frozenset({CHLOE.id, BOT.id})),
)
