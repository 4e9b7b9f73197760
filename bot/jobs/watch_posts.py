"""What people see of watches: the card that is kept up to date, and the replies that mention them.

A card or reply goes where the watch was asked for. Where the bot may not post it goes to the asker
directly, and says so; a card that cannot be changed any more is carried on by a new one.
"""

import logging
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.blocks.screen import Screen
from bot.blocks.watch import watch_card, watch_notice
from bot.clock import Clock
from bot.errors import NotAllowed
from bot.jobs.posting import IdempotentPosts, Posted
from bot.slack.errors import WRONG_PLACE, Reason, SlackRefused
from bot.store.idempotency import PostRows
from bot.store.transaction import Transaction
from bot.store.watches import WatchRows
from bot.watches.polling import Permission, WatchPoller
from bot.watches.repository import WatchRepository, from_row, to_row
from bot.watches.transitions import (
    CARD_INTERVAL,
    card_fingerprint,
    notable_changes,
    redacted_changes,
    redacted_notice,
    redacted_watch,
)
from bot.watches.watch import Card, Ending, Notice, NoticeKind, Watch

UNCHANGEABLE = WRONG_PLACE | {Reason.NOT_EDITABLE}
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Place:
    """A conversation or a person's id, and the thread in it."""

    channel: str
    thread: str | None = None


class WatchPosts:
    """Draws cards and tells notices. Methods raise SlackError and StoreError: to be tried again."""

    def __init__(
        self, rows: WatchRows, posts: IdempotentPosts, permission: Permission, clock: Clock
    ) -> None:
        self._rows = rows
        self._posts = posts
        self._permission = permission
        self._clock = clock

    async def card(self, watch_id: str) -> tuple[Watch, timedelta] | None:
        """Draw the card of a watch as it stands now; give the watch with what it shows.

        None where there is nothing to do. With a time above 0 it was too early: come back then.
        """
        row = await self._rows.get(watch_id)
        if row is None:
            return None
        watch, now = from_row(row), self._clock.now()
        if watch.card and now < watch.card.edited_at + CARD_INTERVAL:
            return watch, watch.card.edited_at + CARD_INTERVAL - now
        if watch.card and watch.ended_at and card_fingerprint(watch) == watch.card.fingerprint:
            return None
        return await self._carded(watch), timedelta(0)

    async def tell(self, watch_id: str, notice: Notice) -> None:
        """Post a notice, once, in the thread of the card."""
        row = await self._rows.get(watch_id)
        if row is None:
            return
        watch = from_row(row)
        screen = await self._notice(watch, notice)
        await self._post(notice.key(watch.id), watch, self._around(watch), screen)

    async def _carded(self, watch: Watch) -> Watch:
        """Draw the card anew, or put up another one where the old one cannot be changed."""
        card, now = watch.card, self._clock.now()
        shown = Card("", None, now, card_fingerprint(watch))
        if card and card.ts:
            is_away = card.channel != watch.owner.channel
            drawn = watch_card(await self._shown(watch), now, away=is_away)
            try:
                await self._posts.update(Posted(card.channel, card.ts), drawn)
            except SlackRefused as error:
                if error.reason not in UNCHANGEABLE:
                    raise
                log.info("card-carried-on", extra={"watch": watch.id, "why": error.error})
            else:
                return replace(watch, card=replace(shown, channel=card.channel, ts=card.ts))
        return await self._new_card(watch, shown)

    async def _new_card(self, watch: Watch, shown: Card) -> Watch:
        key = f"watch:{watch.id}:card:{watch.card_count}"
        drawn, now = await self._shown(watch), self._clock.now()
        here, away = (watch_card(drawn, now, away=each) for each in (False, True))
        posted = await self._post(key, watch, self._around(watch), here, away)
        card = replace(shown, channel=posted.channel, ts=posted.ts)
        return replace(watch, card=card, card_count=watch.card_count + 1)

    async def _post(
        self, key: str, watch: Watch, place: Place, screen: Screen, away: Screen | None = None
    ) -> Posted:
        """Post where the watch is, else in the channel alone, else to the asker directly."""
        asker = watch.owner
        ways = dict.fromkeys((place, Place(asker.channel, asker.thread), Place(asker.channel)))
        for way in ways:
            try:
                return await self._posts.post(key, way.channel, way.thread, screen, again=True)
            except SlackRefused as error:
                if error.reason not in WRONG_PLACE:
                    raise
                log.info("watch-place-refused", extra={"watch": watch.id, "why": error.error})
        return await self._posts.post(key, asker.person, None, away or screen, again=True)

    def _around(self, watch: Watch) -> Place:
        """Return where replies go: the thread it was asked in, else that of the card."""
        asker, card = watch.owner, watch.card
        if card is None:
            return Place(asker.channel, asker.thread)
        thread = asker.thread if card.channel == asker.channel else None
        return Place(card.channel, thread or card.ts)

    async def _shown(self, watch: Watch) -> Watch:
        return redacted_watch(watch) if await self._hides(watch) else watch

    async def _notice(self, watch: Watch, notice: Notice) -> Screen:
        if notice.kind is NoticeKind.REVOKED:
            return watch_notice(watch, redacted_notice(notice), ())
        if await self._hides(watch):
            changes, notice = redacted_changes(notice), redacted_notice(notice)
        else:
            changes = notable_changes(notice.before, notice.after)
        return watch_notice(watch, notice, changes)

    async def _hides(self, watch: Watch) -> bool:
        """Return whether card and device are left out; for somebody who may not ask they are."""
        try:
            return await self._permission.left_out(watch.owner) is not None
        except NotAllowed:
            return True


@dataclass(frozen=True, slots=True)
class WatchWork:
    """Each is ready for use. `keep` is how many seconds what has ended is kept."""

    rows: WatchRows
    ledger: WatchRepository
    polling: WatchPoller
    posts: WatchPosts
    made: PostRows
    clock: Clock
    keep: float = 40 * 86400.0

    async def untold(self, watch_id: str, why: str, tx: Transaction) -> None:
        """End a watch that nobody can be told of."""
        row = await self.rows.get(watch_id, tx)
        if row is None or row.ended is not None:
            return
        log.warning("watch-untold", extra={"watch": watch_id, "why": why})
        watch = from_row(row)
        ended = replace(watch, ended_at=self.clock.now(), ending=Ending.UNREPORTED)
        await self.rows.advance(to_row(watch), to_row(ended), tx)
