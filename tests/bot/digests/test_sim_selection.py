"""From what was filled in to the SIMs that are meant."""

import pytest

from bot.digests.form import Draft, Field
from bot.digests.selection import MOST_LISTED, Listed, Selection, Which
from bot.digests.sim_selection import NoSuchSims
from bot.emulators.kore.faults import broken
from bot.kore.errors import KoreError
from tests.bot.sims.conftest import a_row, sid
from tests.builders import ICCID, SID


def listed(text):
    return Draft(which=Which.LISTED, listed=text)


def pattern(text):
    return Draft(which=Which.PATTERN, pattern=text)


async def refused(chooser, draft):
    with pytest.raises(NoSuchSims) as raised:
        await chooser.choose(draft)
    return raised.value


@pytest.mark.parametrize(
    ("text", "count"), [("pump-*", 4), ("PUMP-7", 2), ("truck-??", 1), ("*", 6), ("north*", 1)]
)
async def test_a_pattern_counts_its_sims(chooser, text, count):
    """
    The list of SIMs is waited for, and each SIM counts once.
    """
    choice = await chooser.choose(pattern(text))

    assert Selection(Which.PATTERN, text) == choice.selection
    assert count == choice.count


async def test_a_pattern_without_a_sim(chooser):
    """
    It says how many SIMs there are, and which name comes near.
    """
    error = await refused(chooser, pattern("pmp-7*"))

    assert Field.PATTERN is error.field
    assert "None of 7 SIMs is called `pmp-7*`. The nearest name is `pump-7`." == error.sentence


async def test_a_sim_made_a_minute_ago_is_found(chooser, directory, api):
    """
    A list that knows no such name is read once more before it is said.
    """
    await directory.refresh()
    api.add(a_row(8, unique_name="valve-1"))

    assert 1 == (await chooser.choose(pattern("valve-*"))).count


async def test_a_list_that_cannot_be_read(chooser, api):
    """
    Without a list of SIMs nothing is claimed of a name.
    """
    api.faults.add(broken(times=None))

    error = await refused(chooser, pattern("pump-*"))

    assert "cannot be read now, so I cannot tell" in error.sentence


@pytest.mark.parametrize(
    "draft", [Draft(which=Which.ALL), Draft(which=Which.STATUS, status="active")]
)
async def test_one_sim_is_enough(chooser, draft):
    """
    KORE is asked for a first SIM, and the choice is kept as it was made.
    """
    choice = await chooser.choose(draft)

    assert Selection(draft.which, draft.chosen) == choice.selection
    assert choice.count is None


@pytest.mark.parametrize(
    ("draft", "field", "words"),
    [
        (
            Draft(which=Which.STATUS, status="suspended"),
            Field.STATUS,
            "No SIM has the status suspended now.",
        ),
        (Draft(which=Which.PLAN, plan="Gold"), Field.PLAN, "No SIM is on a rate plan `Gold`."),
    ],
)
async def test_a_status_or_plan_without_a_sim(chooser, draft, field, words):
    """
    The fault stands at the field that was filled in.
    """
    error = await refused(chooser, draft)

    assert field is error.field
    assert error.sentence.startswith(words)


async def test_a_plan_with_a_sim(chooser, api):
    """
    A plan is named by its SID.
    """
    plan = "WP" + "a" * 32
    api.add(a_row(9, rate_plan_sid=plan))

    choice = await chooser.choose(Draft(which=Which.PLAN, plan=plan))

    assert {"rate_plan": plan} == choice.selection.filters


@pytest.mark.parametrize(
    "text",
    [
        f"{SID}\ntruck-42",
        f"pump-7, truck-42,, \n pump-7;{SID}",
        "pump-7 truck-42",
        f"{ICCID}\ttruck-42",
        f"{SID} {sid(4)}",
    ],
)
async def test_pasted_sims_are_resolved(chooser, directory, text):
    """
    However they stand, each SIM is kept once by its SID, with what was typed for it.
    """
    await directory.refresh()

    choice = await chooser.choose(listed(text))

    assert (SID, sid(4)) == choice.selection.sids
    assert 2 == choice.count


async def test_a_name_with_blanks_is_one_name(chooser, directory):
    """
    What is a SIM's name as a whole is not taken apart.
    """
    await directory.refresh()

    choice = await chooser.choose(listed("north gate"))

    assert (Listed(sid(3), "north gate"),) == choice.selection.listed


async def test_unknown_ones_are_named(chooser, directory):
    """
    Each that is not found is said with what comes near it, and nothing is kept.
    """
    await directory.refresh()

    error = await refused(chooser, listed("pump-7\ntrck-42\nHS" + "0" * 32))

    assert Field.LISTED is error.field
    assert "`trck-42`" in error.sentence
    assert "Super SIM" in error.sentence
    assert "pump-7" not in error.sentence


async def test_only_the_first_unknown_ones_are_named(chooser, directory):
    """
    A long list of faults is cut, and how much is left out is said.
    """
    await directory.refresh()

    error = await refused(chooser, listed("\n".join(f"nobody-{n}-zzz" for n in range(8))))

    assert "And 3 more." in error.sentence


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (" ,; \n", "I found no SID, ICCID, IMEI or name in that."),
        (
            "\n".join(f"pump-{n}" for n in range(MOST_LISTED + 1)),
            f"That names 201 SIMs; {MOST_LISTED} are the most.",
        ),
        ("Depot", "Depot"),
    ],
)
async def test_lists_that_are_refused(chooser, directory, text, words):
    """
    Nothing, too much, and a name of several SIMs.
    """
    await directory.refresh()

    assert words in (await refused(chooser, listed(text))).sentence


async def test_a_kore_that_does_not_answer_is_no_fault_of_the_list(chooser, api):
    """
    What cannot be read now is not called unknown.
    """
    api.faults.add(broken(times=None))

    with pytest.raises(KoreError):
        await chooser.choose(listed(SID))
