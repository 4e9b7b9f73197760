"""Who and where: the people and channels that a new workspace starts with."""

from dataclasses import dataclass, replace
from typing import Literal

from bot.sandbox.slack_api.wire import Json

Kind = Literal["public", "private", "im"]


@dataclass(frozen=True, slots=True)
class Team:
    """A workspace's id and name; a person's team may be a foreign one (Slack Connect)."""

    id: str
    name: str
    domain: str


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can type and click; `tz` is an IANA zone."""

    id: str
    name: str
    real_name: str
    tz: str
    team: str
    is_bot: bool = False

    def to_json(self) -> Json:
        """Give the person as a web page needs it."""
        return {
            "id": self.id,
            "name": self.name,
            "real_name": self.real_name,
            "tz": self.tz,
            "team_id": self.team,
            "is_bot": self.is_bot,
        }


@dataclass(frozen=True, slots=True)
class Channel:
    """A place to write; `members` are ids of people, the bot's among them where it was invited."""

    id: str
    name: str
    kind: Kind
    members: frozenset[str]
    is_shared: bool = False
    is_archived: bool = False

    def with_members(self, *ids: str) -> "Channel":
        """Give the channel with these people in it too."""
        return replace(self, members=self.members | set(ids))

    def without(self, person: str) -> "Channel":
        """Give the channel as it is after somebody left."""
        return replace(self, members=self.members - {person})

    def to_json(self) -> Json:
        """Give the channel as a web page needs it."""
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
TEAMS = (HOME, PARTNER)
APP_ID = "A0SIMSESS"
BOT_ID = "B0SIMSESS"
BOT = Person("U0SIMSESS", "simsessions", "simsessions", "UTC", HOME.id, is_bot=True)
SLACKBOT = Person("USLACKBOT", "slackbot", "Slackbot", "UTC", HOME.id, is_bot=True)

ANA = Person("U0ANA0001", "ana", "Ana Ruiz", "America/New_York", HOME.id)
BEN = Person("U0BEN0001", "ben", "Ben Okafor", "Europe/Berlin", HOME.id)
CHLOE = Person("U0CHLOE01", "chloe", "Chloé Tanaka", "Asia/Tokyo", HOME.id)
DORA = Person("U0DORA001", "dora", "Dora Lind", "Europe/Stockholm", PARTNER.id)
PEOPLE = (ANA, BEN, CHLOE, DORA)

_OURS = frozenset({ANA.id, BEN.id, CHLOE.id})
CHANNELS = (
    Channel("C0FLEETOP", "fleet-ops", "public", _OURS | {BOT.id}),
    Channel("C0GENERAL", "general", "public", _OURS),
    Channel("G0ONCALL1", "on-call-private", "private", frozenset({ANA.id, CHLOE.id})),
    Channel("C0PARTNER", "partner-shared", "public", _OURS | {DORA.id, BOT.id}, is_shared=True),
    Channel("D0ANADM01", "ana", "im", frozenset({ANA.id, BOT.id})),
    Channel("D0BENDM01", "ben", "im", frozenset({BEN.id, BOT.id})),
    Channel("D0CHLOE01", "chloe", "im", frozenset({CHLOE.id, BOT.id})),
)
