"""Resolves a form's values to a selection of SIMs, as KORE knows them now."""

import asyncio
from collections.abc import Sequence

from bot.digests.form import FormField, FormValues, field_of
from bot.digests.subscription import MOST_LISTED, ListedSim, Selection, SelectionKind
from bot.errors import BotError, UserError
from bot.kore.client import KoreClient
from bot.kore.errors import KoreBadRequest, KoreNotFound
from bot.sessions.fleet import FleetView
from bot.sims.directory import SimDirectory
from bot.sims.identifier import identify, matcher, quoted, strip_punctuation
from bot.sims.resolver import SimResolver
from bot.sims.spotter import SimSpotter
from bot.struct import Struct

LIST_PATIENCE = 20.0
_AT_ONCE = 10
_MAX_FAULTS = 5


class NoSuchSims(UserError):
    """The form selects no SIM; `field` is the one to correct."""

    sentence = "That names no SIM."

    def __init__(self, field: FormField, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


class SelectedSims(Struct):
    """The SIMs that are meant, and how many there are now; None where that was not counted."""

    selection: Selection
    count: int | None


class SimSelector:
    """Selects a form's SIMs; each kind of selection must find one at least."""

    def __init__(self, kore: KoreClient, directory: SimDirectory, resolver: SimResolver) -> None:
        self._kore = kore
        self._directory = directory
        self._resolver = resolver
        self._spotter = SimSpotter(directory, resolver.known_sid)

    async def select(self, values: FormValues) -> SelectedSims:
        """Return the selection. Raises NoSuchSims, and KoreError where KORE cannot tell now."""
        if values.which is SelectionKind.LISTED:
            return await self._by_list(values.chosen)
        if values.which is SelectionKind.PATTERN:
            return await self._by_pattern(values.chosen)
        selection = Selection(values.which, values.chosen)
        if not await self._is_any(selection):
            raise NoSuchSims(field_of(values.which), _nothing(selection))
        return SelectedSims(selection, None)

    async def _is_any(self, selection: Selection) -> bool:
        try:
            async for _ in self._kore.sims(**selection.filters):
                return True
        except (KoreNotFound, KoreBadRequest):
            return False
        return False

    async def _by_pattern(self, pattern: str) -> SelectedSims:
        """Count the SIMs of a pattern; a list without one is read again, for SIMs are made anew."""
        selection = Selection(SelectionKind.PATTERN, pattern)
        found = 0
        if await self._directory.ready(LIST_PATIENCE):
            found = len(await self._directory.sids(matcher(pattern)))
        if not found and await self._directory.refresh():
            found = len(await self._directory.sids(matcher(pattern)))
        if not found:
            raise NoSuchSims(FormField.PATTERN, await self._no_such_name(pattern))
        return SelectedSims(selection, found)

    async def _no_such_name(self, pattern: str) -> str:
        listed = self._directory.listed
        if listed.failed or not listed.complete:
            return (
                "KORE's list of SIMs cannot be read now, so I cannot tell. Try again in a minute."
            )
        near = await self._directory.search(pattern.strip("*?"), 1)
        hint = f" The nearest name is {quoted(near[0].name)}." if near else ""
        return f"None of {listed.count} SIMs is called {quoted(pattern)}.{hint}"

    async def _by_list(self, text: str) -> SelectedSims:
        spotted = await self._spotter.spot(text, asked=True, patience=LIST_PATIENCE)
        pieces = spotted.named or [
            line for each in text.splitlines() if (line := strip_punctuation(each))
        ]
        if not pieces or (spotted.sentence and not spotted.named):
            nothing = "I found no SID, ICCID, IMEI or name in that."
            raise NoSuchSims(FormField.LISTED, spotted.sentence or nothing)
        if (total := len(pieces) + spotted.cut) > MOST_LISTED:
            raise NoSuchSims(
                FormField.LISTED,
                f"That names {total} SIMs; the limit is {MOST_LISTED}. Use a pattern, a plan "
                "or a status for more.",
            )
        limit = asyncio.Semaphore(_AT_ONCE)
        async with asyncio.TaskGroup() as group:
            reading = [group.create_task(self._resolve(piece, limit)) for piece in pieces]
        return _all_or_none([one.result() for one in reading])

    async def _resolve(self, typed: str, limit: asyncio.Semaphore) -> ListedSim | BotError:
        async with limit:
            try:
                found = await self._resolver.resolve(identify(typed))
            except BotError as error:
                return error
        return ListedSim(found.value.sid, typed)


def selector_of(view: FleetView) -> SimSelector:
    """Return what selects among the SIMs of a view."""
    return SimSelector(view.client, view.directory, view.resolver)


def _all_or_none(found: Sequence[ListedSim | BotError]) -> SelectedSims:
    wrong = [one for one in found if isinstance(one, BotError)]
    for error in wrong:
        if not isinstance(error, UserError):
            raise error
    if wrong:
        raise NoSuchSims(FormField.LISTED, _wrong(wrong))
    sims = {one.sid: one for one in found if isinstance(one, ListedSim)}
    return SelectedSims(Selection(SelectionKind.LISTED, sims=tuple(sims.values())), len(sims))


def _wrong(errors: Sequence[BotError]) -> str:
    named = [error.sentence for error in errors[:_MAX_FAULTS]]
    more = len(errors) - len(named)
    return " ".join([*named, f"And {more} more."] if more else named)


def _nothing(selection: Selection) -> str:
    sentences = {
        SelectionKind.PLAN: f"No SIM is on a rate plan {quoted(selection.text)}. "
        "Give its SID (WP…) or its unique name.",
        SelectionKind.STATUS: f"No SIM has the status {selection.text} now.",
    }
    return sentences.get(selection.kind, "This account has no SIM.")
