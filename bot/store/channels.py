"""What a channel keeps: who takes care of a SIM, which account a name means, whether it listens."""

from collections.abc import Collection

from sqlalchemy import bindparam, delete, select, update

from bot.store.database import Record, Rows
from bot.store.schema import (
    NOW,
    channel_accounts,
    digest_runs,
    incidents,
    listening,
    lookups,
    owners,
    watches,
)
from bot.struct import Struct, asdict


class ListeningChannel(Struct):
    """A channel that listens: since when (epoch seconds), and in whose name it is answered there.

    `team` and `enterprise` are the person's.
    """

    channel: str
    team: str | None
    enterprise: str | None
    person: str
    since: float


class ListeningRows(Rows):
    """The channels that listen. Every method raises StoreErrors only."""

    async def start(self, new: ListeningChannel) -> bool:
        """Let a channel listen; return whether it did not before. Who asked first stays."""
        values = asdict(new)
        statement = self._db.insert(listening).values(values).on_conflict_do_nothing()
        return await self._db.change(statement) == 1

    async def stop(self, channel: str, only: ListeningChannel | None = None) -> bool:
        """End it, and return whether the channel listened; `only` if it was begun so."""
        statement = delete(listening).where(listening.c.channel == channel)
        if only:
            begun = (listening.c.person == only.person) & (listening.c.since == only.since)
            statement = statement.where(begun)
        return await self._db.change(statement) == 1

    async def of(self, channel: str) -> ListeningChannel | None:
        """Return how a channel listens; None where it does not."""
        statement = select(listening).where(listening.c.channel == channel)
        row = (await self._db.fetch(statement)).mappings().first()
        return ListeningChannel(**row) if row else None

    async def every(self) -> dict[str, ListeningChannel]:
        """Return all, by channel."""
        rows = (await self._db.fetch(select(listening))).mappings().all()
        return {row["channel"]: ListeningChannel(**row) for row in rows}


OF = (
    (digest_runs, "accounts"),
    (watches, "account"),
    (lookups, "account"),
    (incidents, "account"),
)


class AccountRows(Rows):
    """The accounts of rows and channels. Every method raises StoreErrors only."""

    async def claim(self, account: str) -> None:
        """Give what is of the one account that had no name to the account of this name."""
        async with self._db.write() as tx:
            for table, column in OF:
                unclaimed = update(table).where(table.c[column] == "")
                await tx.change(unclaimed.values({column: account}))

    async def of_channel(self, team: str, channel: str) -> str | None:
        """Return the account that a name alone means in a channel; None where none was chosen."""
        return (await self._db.fetch(_ONE, {"in_team": team, "at": channel})).scalar()

    async def choose(self, team: str, channel: str, account: str | None, by: str) -> None:
        """Choose it, or with None let a name mean any account's SIM again."""
        async with self._db.write() as tx:
            if not account:
                await tx.change(_DROP, {"in_team": team, "at": channel})
                return
            new = self._db.insert(channel_accounts).values(
                team=team, channel=channel, account=account, set_by=by
            )
            changed = {"account": account, "set_by": by}
            statement = new.on_conflict_do_update(index_elements=["team", "channel"], set_=changed)
            await tx.change(statement)


_HERE = (channel_accounts.c.team == bindparam("in_team")) & (
    channel_accounts.c.channel == bindparam("at")
)
_ONE = select(channel_accounts.c.account).where(_HERE)
_DROP = delete(channel_accounts).where(_HERE)


KEEP = 7 * 86_400.0
"""Seconds after which nobody takes care of a SIM any more."""


class OwnerRows(Rows):
    """The owners that people named. Every method raises StoreErrors only."""

    async def take(self, channel: str, sids: Collection[str], person: str, at: float) -> None:
        """Make somebody the owner of SIMs in a channel; what is long past is forgotten."""
        new = self._db.insert(owners)
        changed = {"person": new.excluded.person, "since": new.excluded.since}
        statement = new.on_conflict_do_update(index_elements=["channel", "sid"], set_=changed)
        async with self._db.write() as tx:
            await tx.change(delete(owners).where(owners.c.since < NOW - KEEP))
            for sid in sids:
                values = {"channel": channel, "sid": sid, "person": person, "since": at}
                await tx.change(statement.values(values))

    async def of(self, channel: str, sids: Collection[str]) -> list[Record]:
        """Return the rows of SIMs that have an owner in a channel."""
        mine = owners.c.channel == channel
        wanted = select(owners).where(mine, owners.c.sid.in_(sids), owners.c.since >= NOW - KEEP)
        return list(await self._db.fetch(wanted))
