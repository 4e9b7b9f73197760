"""With several KORE accounts, who is compared with whom is the same whoever asks, and when."""

import json
from datetime import timedelta

from bot.emulators.kore.cards import Card, stamp
from bot.emulators.kore.faults import late
from tests.accounts_rig import ACME, GLOBEX, two_accounts

SILENT = [Card(name, 2000 + at, known_sid=f"DE{at:032x}") for at, name in enumerate("abc", 1)]


def add_silent(kore, now):
    """Put three SIMs of one cell in that fell silent together, and are not called alike."""
    for card in SILENT:
        newest, *before = card.always_on(now, hours=16)
        newest |= {"last_updated": stamp(now - timedelta(hours=8, minutes=card.serial % 10))}
        kore.add(card.sim(now), [newest, *before])


async def test_what_comes_late_is_compared_with_the_same_sims():
    """An outage is no dead session all of a sudden when usage comes in."""
    async with two_accounts() as both:
        add_silent(both.acme, both.whole.bot.services.clock.now())
        for card in SILENT[:2]:
            await both.whole.say(f"<@U0SIMSESS> {card.sid}")
        both.acme.faults.add(late(1.0, "UsageRecords", times=None))
        await both.whole.say(f"<@U0SIMSESS> {SILENT[2].sid}")
        said = json.dumps(both.whole.answer().blocks)

    assert "data limit is not judged" not in said
    assert "Common outage" in said


async def test_a_channel_with_an_account_of_its_own_compares_with_the_same():
    """What a name alone means there changes nothing about what others were told."""
    async with two_accounts() as both:
        views = both.whole.bot.services.views
        known = {views.of(views.names, default).peers for default in (None, ACME, GLOBEX)}

    assert 1 == len(known)
