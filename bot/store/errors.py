"""What can go wrong with the store; drawn as a tree in bot/errors.py.

What matters for doing it again: only after `StoreOutcomeUnknown` may a change have been saved;
after every other error of a transaction nothing of it was.
"""

from bot.errors import BotError


class StoreError(BotError):
    """Base of all that the store can do to us; of what was under way nothing was saved."""

    sentence = (
        "I could not use my database. Nothing was changed; try again in a minute, and if it stays "
        "so ask an admin to run `simsessions doctor`."
    )


class StoreNotReady(StoreError):
    """The store is not open: not yet, or not any longer. The cause says why."""

    sentence = "I can't reach my database right now; I keep trying. Try again in a minute."


class StoreLost(StoreError):
    """The connection was cut, the server is gone, or the file was taken away."""

    sentence = "I lost the connection to my database; nothing was saved. Try again in a minute."


class StoreOutcomeUnknown(StoreLost):
    """The connection was cut while the change was being saved: it may be, or not."""

    sentence = (
        "I lost the connection to my database while saving, and cannot tell whether it was saved. "
        "Look first, then try again."
    )


class StoreBusy(StoreError):
    """Somebody else held it for longer than our patience; nothing was done."""

    sentence = "My database was busy for too long, so nothing was saved. Try again in a minute."


class StoreFull(StoreError):
    """No space is left on the disk, or a limit of the store is reached."""

    sentence = (
        "The disk of my database is full, so nothing could be saved. Ask an admin to make room; "
        "what was saved before is there, and look-ups still work."
    )


class StoreReadOnly(StoreError):
    """The file, its disk or the server takes no changes."""

    sentence = (
        "My database takes no changes: it is read-only. Ask an admin to make it writable; "
        "look-ups still work."
    )


class StoreTooNew(StoreError):
    """A newer version of this program has changed the schema."""

    sentence = (
        "My database was written by a newer version of me, so I leave it alone. Ask an admin to "
        "update me; look-ups still work."
    )


class StoreDamaged(StoreError):
    """What is there is no store of ours: broken, another program's, or no database at all."""

    sentence = (
        "My database is damaged or not mine, so I leave it alone. Ask an "
        "admin to run `simsessions doctor`; look-ups still work."
    )


class StoreDenied(StoreError):
    """The server or the file system does not let us in: password, role, database, rights."""

    sentence = (
        "My database does not let me in. Ask an admin to check SIMSESSIONS_DATABASE_URL with "
        "`simsessions doctor`; look-ups still work."
    )


class StoreMissing(StoreError):
    """There is no store yet, and whoever only reads makes none."""

    sentence = (
        "There is no store there yet: the bot makes it when it first starts. Are "
        "SIMSESSIONS_DATA_DIR and SIMSESSIONS_DATABASE_URL those of the bot?"
    )

    def __init__(self, where: str = "") -> None:
        """Name where it was looked for, without a password."""
        super().__init__()
        if where:
            self.sentence = self.sentence.replace("there", f"at {where}", 1)


class StoreFault(StoreError):
    """The store rejects what we asked of it; asking again would not help."""

    sentence = "My database rejected the request. That is a bug in this bot; tell its admin."
