"""What people see of watches: the card that is kept up to date, and the replies that mention them.

A card or reply goes where the watch was asked for. Where the bot may not post it goes to the owner
directly, and says so; a card that cannot be changed any more is carried on by a new one.
"""

import logging
from collections.abc import Callable, Iterable
from datetime import timedelta

from bot.blocks.kit import Screen
from bot.blocks.watch import absent_screen, watch_card, watch_notice
from bot.blocks.watch_set import set_card, set_notice
from bot.clock import Clock
from bot.errors import NotAllowed
from bot.jobs.posting import UNCHANGEABLE, IdempotentPosts, PostLocation
from bot.slack.directory import ChannelAccess
from bot.slack.errors import WRONG_PLACE, SlackRefused
from bot.store.database import Transaction
from bot.store.idempotency import PostRows
from bot.store.watches import WatchRows
from bot.struct import Struct, replace
from bot.watches.polling import AccessPermission, AccountHidden, WatchPoller
from bot.watches.repository import WatchRepository, from_row, to_row
from bot.watches.transitions import (
    card_fingerprint,
    card_rests_for,
    hidden_notice,
    hidden_watch,
    notable_changes,
    redacted_changes,
    redacted_notice,
    redacted_watch,
)
from bot.watches.watch import Ending, Notice, NoticeKind, Watch, WatchCard

log = logging.getLogger(__name__)


class Destination(Struct):
    """A conversation or a person's id, and the thread in it."""

    channel: str
    thread: str | None = None


def ignore_person(_person: str) -> None:
    """Do nothing: this process shows nobody their watches."""


class WatchPosts:
    """Posts cards and notices. Methods raise SlackError and StoreError: to be tried again."""

    def __init__(  # noqa: PLR0913 -- collaborators, each once
        self,
        rows: WatchRows,
        posts: IdempotentPosts,
        permission: AccessPermission,
        members: ChannelAccess,
        clock: Clock,
        *,
        on_news: Callable[[str], None] = ignore_person,
    ) -> None:
        """Post for the watches in `rows`; `on_news` is told of whom there is news of a watch."""
        self._rows = rows
        self._posts = posts
        self._permission = permission
        self._members = members
        self._clock = clock
        self._on_news = on_news

    async def update_card(self, card_id: str) -> tuple[tuple[Watch, ...], timedelta] | None:
        """Draw a card as it stands now; return its watches, one or a set, with what it shows.

        None where there is nothing to do. With a time above 0 it was too early: come back then.
        """
        watches = tuple(map(from_row, await self._rows.of_card(card_id)))
        if not watches:
            return None
        card, now = _card_of(watches), self._clock.now()
        if card and (wait := card_rests_for(card, watches, now)):
            return watches, wait
        if card and all(map(_is_finished, watches)):
            return None
        if any(watch.ended_at for watch in watches):
            self._on_news(watches[0].owner.person)
        return await self._draw(watches, card), timedelta(0)

    async def post_notice(self, watch_id: str, notice: Notice) -> None:
        """Post a notice, once, in the thread of the card."""
        row = await self._rows.get(watch_id)
        if row is None:
            return
        watch = from_row(row)
        screen = await self._notice(watch, notice)
        await self._notify(notice.key(watch.id), watch, screen)

    async def post_set_notice(self, set_id: str) -> None:
        """Post, once, that all watches of a set have ended, in the thread of its card."""
        watches = tuple(map(from_row, await self._rows.of_card(set_id)))
        if not watches:
            return
        screen = set_notice(await self._shown(watches))
        await self._notify(f"watch_set:{set_id}", watches[0], screen)

    async def _notify(self, key: str, watch: Watch, screen: Screen) -> None:
        """Post a notice in the card's thread; directly too if its owner has left the channel."""
        person = watch.owner.person
        self._on_news(person)
        posted = await self._post(key, watch, self._thread_of(watch), screen)
        if posted.channel[:1] in {"C", "G"} and await self._members.is_outside(
            posted.channel, person
        ):
            link = await self._members.link_to(posted.channel, posted.ts) if posted.ts else ""
            shown = absent_screen(screen, posted.channel, link)
            await self._posts.post(f"{key}:directly", person, None, shown, again=True)

    async def _draw(self, watches: tuple[Watch, ...], card: WatchCard | None) -> tuple[Watch, ...]:
        """Draw the card anew, or put up another one where the old one cannot be changed."""
        if card and card.ts:
            is_away = card.channel != watches[0].owner.channel
            drawn = await self._drawn(watches, away=is_away)
            try:
                await self._posts.update(PostLocation(card.channel, card.ts), drawn)
            except SlackRefused as error:
                if error.reason not in UNCHANGEABLE:
                    raise
                about = {"card": watches[0].card_id, "why": error.error}
                log.info("card-carried-on", extra=about)
            else:
                return self._standing(watches, PostLocation(card.channel, card.ts), 0)
        return await self._new_card(watches)

    async def _new_card(self, watches: tuple[Watch, ...]) -> tuple[Watch, ...]:
        first = watches[0]
        key = f"watch:{first.card_id}:card:{first.card_count}"
        here, away = [await self._drawn(watches, away=each) for each in (False, True)]
        posted = await self._post(key, first, self._thread_of(first), here, away, anew=True)
        return self._standing(watches, posted, 1)

    def _standing(
        self, watches: Iterable[Watch], where: PostLocation, more: int
    ) -> tuple[Watch, ...]:
        """Return the watches with the card on which they stand now, `more` than before."""
        now = self._clock.now()
        return tuple(
            replace(
                watch,
                card=WatchCard(where.channel, where.ts, now, card_fingerprint(watch)),
                card_count=watch.card_count + more,
            )
            for watch in watches
        )

    async def _drawn(self, watches: tuple[Watch, ...], *, away: bool) -> Screen:
        shown, now = await self._shown(watches), self._clock.now()
        if shown[0].set_id:
            return set_card(shown, now, away=away)
        return watch_card(shown[0], now, away=away)

    async def _post(  # noqa: PLR0913 -- what, where, and how
        self,
        key: str,
        watch: Watch,
        to: Destination,
        screen: Screen,
        away: Screen | None = None,
        *,
        anew: bool = False,
    ) -> PostLocation:
        """Post where the watch is, else in the channel alone, else to the owner directly."""
        owner = watch.owner
        ways = dict.fromkeys(
            (to, Destination(owner.channel, owner.thread), Destination(owner.channel))
        )
        for way in ways:
            try:
                return await self._posts.post(
                    key, way.channel, way.thread, screen, again=True, anew=anew
                )
            except SlackRefused as error:
                if error.reason not in WRONG_PLACE:
                    raise
                log.info("watch-place-refused", extra={"watch": watch.id, "why": error.error})
        shown = away or screen
        return await self._posts.post(key, owner.person, None, shown, again=True, anew=anew)

    def _thread_of(self, watch: Watch) -> Destination:
        """Return where replies go: the thread it was asked in, else that of the card."""
        owner, card = watch.owner, watch.card
        if card is None:
            return Destination(owner.channel, owner.thread)
        thread = owner.thread if card.channel == owner.channel else None
        return Destination(card.channel, thread or card.ts)

    async def _shown(self, watches: tuple[Watch, ...]) -> tuple[Watch, ...]:
        return tuple([await self._shown_one(watch) for watch in watches])

    async def _shown_one(self, watch: Watch) -> Watch:
        try:
            return redacted_watch(watch) if await self._is_redacted(watch) else watch
        except AccountHidden:
            return hidden_watch(watch)

    async def _notice(self, watch: Watch, notice: Notice) -> Screen:
        try:
            is_redacted = await self._is_redacted(watch)
        except AccountHidden:
            return watch_notice(hidden_watch(watch), hidden_notice(notice), ())
        if notice.kind is NoticeKind.REVOKED:
            return watch_notice(watch, redacted_notice(notice), ())
        if is_redacted:
            changes, notice = redacted_changes(notice), redacted_notice(notice)
        else:
            changes = notable_changes(notice.before, notice.after)
        return watch_notice(watch, notice, changes)

    async def _is_redacted(self, watch: Watch) -> bool:
        """Return whether card and device are redacted; for somebody who may not ask they are.

        Raises AccountHidden.
        """
        try:
            return await self._permission.redaction(watch) is not None
        except AccountHidden:
            raise
        except NotAllowed:
            return True


class WatchWork(Struct):
    """Each is ready for use. `keep` is how many seconds what has ended is kept."""

    rows: WatchRows
    repository: WatchRepository
    polling: WatchPoller
    posts: WatchPosts
    made: PostRows
    clock: Clock
    keep: float = 40 * 86400.0

    async def end_unreported(self, card_id: str, why: str, tx: Transaction) -> None:
        """End the watches of a card that have nobody left to notify."""
        log.warning("watch-untold", extra={"card": card_id, "why": why})
        for row in await self.rows.of_card(card_id, tx):
            watch = from_row(row)
            ended = replace(watch, ended_at=self.clock.now(), ending=Ending.UNREPORTED)
            await self.rows.advance(to_row(watch), to_row(ended), tx)


def _card_of(watches: Iterable[Watch]) -> WatchCard | None:
    return next((watch.card for watch in watches if watch.card), None)


def _is_finished(watch: Watch) -> bool:
    """Return whether a watch has ended, and its card shows it."""
    is_shown = watch.card and card_fingerprint(watch) == watch.card.fingerprint
    return watch.ended_at is not None and bool(is_shown)
