"""Rows by KORE account: those from before accounts had names, and each channel's own account."""

from sqlalchemy import bindparam, delete, select, update

from bot.store.database import Database
from bot.store.schema import channel_accounts, digest_runs, incidents, lookups, watches

OF = (
    (digest_runs, "accounts"),
    (watches, "account"),
    (lookups, "account"),
    (incidents, "account"),
)


class AccountRows:
    """The accounts of rows and channels. Every method raises StoreErrors only."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def claim(self, account: str) -> None:
        """Give what is of the one account that had no name to the account of this name."""
        async with self._db.write() as tx:
            for table, column in OF:
                unclaimed = update(table).where(table.c[column] == "")
                await tx.change(unclaimed.values({column: account}))

    async def of_channel(self, team: str, channel: str) -> str | None:
        """Return the account that a name alone means in a channel; None where none was chosen."""
        async with self._db.read() as tx:
            return (await tx.execute(_ONE, {"in_team": team, "at": channel})).scalar()

    async def choose(self, team: str, channel: str, account: str | None, by: str) -> None:
        """Choose it, or with None let a name mean any account's SIM again."""
        async with self._db.write() as tx:
            await tx.change(_DROP, {"in_team": team, "at": channel})
            if account:
                new = self._db.insert(channel_accounts)
                values = {"team": team, "channel": channel, "account": account, "set_by": by}
                await tx.change(new.values(values))


_HERE = (channel_accounts.c.team == bindparam("in_team")) & (
    channel_accounts.c.channel == bindparam("at")
)
_ONE = select(channel_accounts.c.account).where(_HERE)
_DROP = delete(channel_accounts).where(_HERE)
