"""Who is on it: the line, the button, and a message that gets them."""

from bot.blocks import ids
from bot.blocks.owners import owner_button, owners_line, taken_screen, with_owner
from bot.blocks.triage import triage_screen
from bot.sessions.triage import Owner, triage
from tests.bot.blocks.reports import NOW, a_finding, a_report, faults
from tests.builders import a_sim

SIDS = [f"DE{number:032X}" for number in range(10, 13)]
NAMES = dict(zip(SIDS, ("well-1", "well-2", "<!here>"), strict=True))


def an_owner(*sids, person="U0ANA0001"):
    return Owner(person, NOW, frozenset(sid.lower() for sid in sids))


def test_the_line_says_who_is_on_what():
    """Of all that is shown it says "it", else the names, as data."""
    assert owners_line([an_owner(*SIDS)], NAMES).startswith(
        "🙋 <@U0ANA0001> is on it since <!date^"
    )

    two = [an_owner(SIDS[0]), an_owner(*SIDS[1:], person="U0BEN0002")]

    line = owners_line(two, NAMES)
    assert "🙋 <@U0ANA0001> is on well-1 since" in line
    assert "🙋 <@U0BEN0002> is on well-2, &lt;!here&gt; since" in line


def test_the_button_carries_the_sims():
    """It offers to take over where somebody is on it; too many for a button is none."""
    (mine,) = owner_button(SIDS)
    (over,) = owner_button(SIDS, [an_owner(SIDS[0])])

    assert ("I'm on it", "I'll take over") == (mine["text"]["text"], over["text"]["text"])
    assert tuple(sid.lower()[2:] for sid in SIDS) == tuple(
        sid[2:] for sid in ids.Sims.from_value(mine["value"]).sids
    )
    assert [] == owner_button(SIDS * 31) == owner_button([])


def test_a_message_that_stands_gets_its_owner_once():
    """The line stands above the buttons, a second one takes its place, and nothing is lost."""
    reports = [a_report(sim=a_sim(sid=sid), findings=(a_finding(),)) for sid in SIDS]
    before = triage_screen(triage(SIDS, reports), for_all=True)

    once = with_owner(before.text, before.blocks, an_owner(*SIDS))
    twice = with_owner(once.text, once.blocks, an_owner(*SIDS, person="U0BEN0002"))

    kinds = [block.get("block_id") or block["type"] for block in twice.blocks]
    assert len(before.blocks) + 1 == len(once.blocks) == len(twice.blocks)
    assert [ids.OWNERS, ids.TRIAGE_ACTIONS] == kinds[-2:]
    assert "<@U0BEN0002> is on it" in str(twice.blocks)
    assert "<@U0ANA0001>" not in str(twice.blocks)
    assert "I'll take over" in str(once.blocks)
    assert "I'm on it" not in str(once.blocks[-1]["elements"][-2]["text"])
    assert [] == faults(once)

    bare = with_owner("hello", [{"type": "divider"}], an_owner(*SIDS))

    assert ["divider", "context"] == [block["type"] for block in bare.blocks]
    assert "🙋 <@U0ANA0001> is on it: 3 SIMs" == taken_screen(an_owner(*SIDS)).text
