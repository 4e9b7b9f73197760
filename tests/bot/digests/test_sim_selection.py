"""From what was filled in to the SIMs that are meant."""

import pytest

from bot.digests.form import FormField, FormValues
from bot.digests.sim_selection import NoSuchSims
from bot.digests.subscription import MOST_LISTED, ListedSim, Selection, SelectionKind
from bot.emulators.kore.faults import broken
from bot.kore.errors import KoreError
from tests.bot.sims.conftest import a_row, sid
from tests.builders import ICCID, SID


def listed(text):
    return FormValues(which=SelectionKind.LISTED, listed=text)


def pattern(text):
    return FormValues(which=SelectionKind.PATTERN, pattern=text)


async def refused(selector, draft):
    with pytest.raises(NoSuchSims) as raised:
        await selector.select(draft)
    return raised.value


@pytest.mark.parametrize(
    ("text", "count"), [("pump-*", 4), ("PUMP-7", 2), ("truck-??", 1), ("*", 6), ("north*", 1)]
)
async def test_a_pattern_counts_its_sims(selector, text, count):
    """The list of SIMs is waited for, and each SIM counts once."""
    choice = await selector.select(pattern(text))

    assert Selection(SelectionKind.PATTERN, text) == choice.selection
    assert count == choice.count


async def test_a_pattern_without_a_sim(selector):
    """It says how many SIMs there are, and which name comes near."""
    error = await refused(selector, pattern("pmp-7*"))

    assert FormField.PATTERN is error.field
    assert "None of 7 SIMs is called `pmp-7*`. The nearest name is `pump-7`." == error.sentence


async def test_a_sim_made_a_minute_ago_is_found(selector, directory, api):
    """A list that knows no such name is read once more before it is said."""
    await directory.refresh()
    api.add(a_row(8, unique_name="valve-1"))

    assert 1 == (await selector.select(pattern("valve-*"))).count


async def test_a_list_that_cannot_be_read(selector, api):
    """Without a list of SIMs nothing is claimed of a name."""
    api.faults.add(broken(times=None))

    error = await refused(selector, pattern("pump-*"))

    assert "cannot be read now, so I cannot tell" in error.sentence


@pytest.mark.parametrize(
    "draft",
    [FormValues(which=SelectionKind.ALL), FormValues(which=SelectionKind.STATUS, status="active")],
)
async def test_one_sim_is_enough(selector, draft):
    """KORE is asked for a first SIM, and the choice is kept as it was made."""
    choice = await selector.select(draft)

    assert Selection(draft.which, draft.chosen) == choice.selection
    assert choice.count is None


@pytest.mark.parametrize(
    ("draft", "field", "words"),
    [
        (
            FormValues(which=SelectionKind.STATUS, status="suspended"),
            FormField.STATUS,
            "No SIM has the status suspended now.",
        ),
        (
            FormValues(which=SelectionKind.PLAN, plan="Gold"),
            FormField.PLAN,
            "No SIM is on a rate plan `Gold`.",
        ),
    ],
)
async def test_a_status_or_plan_without_a_sim(selector, draft, field, words):
    """The fault stands at the field that was filled in."""
    error = await refused(selector, draft)

    assert field is error.field
    assert error.sentence.startswith(words)


async def test_a_plan_with_a_sim(selector, api):
    """A plan is named by its SID."""
    plan = "WP" + "a" * 32
    api.add(a_row(9, rate_plan_sid=plan))

    choice = await selector.select(FormValues(which=SelectionKind.PLAN, plan=plan))

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
async def test_pasted_sims_are_resolved(selector, directory, text):
    """However they stand, each SIM is kept once by its SID, with what was typed for it."""
    await directory.refresh()

    choice = await selector.select(listed(text))

    assert (SID, sid(4)) == choice.selection.sids
    assert 2 == choice.count


async def test_a_name_with_blanks_is_one_name(selector, directory):
    """What is a SIM's name as a whole is not taken apart."""
    await directory.refresh()

    choice = await selector.select(listed("north gate"))

    assert (ListedSim(sid(3), "north gate"),) == choice.selection.sims


async def test_unknown_ones_are_named(selector, directory):
    """Each that is not found is said with what comes near it, and nothing is kept."""
    await directory.refresh()

    error = await refused(selector, listed("pump-7\ntrck-42\nHS" + "0" * 32))

    assert FormField.LISTED is error.field
    assert "`trck-42`" in error.sentence
    assert "Super SIM" in error.sentence
    assert "pump-7" not in error.sentence


async def test_only_the_first_unknown_ones_are_named(selector, directory):
    """A long list of faults is cut, and how much is left out is said."""
    await directory.refresh()

    error = await refused(selector, listed("\n".join(f"nobody-{n}-zzz" for n in range(8))))

    assert "And 3 more." in error.sentence


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (" ,; \n", "I found no SID, ICCID, IMEI or name in that."),
        (
            "\n".join(f"pump-{n}" for n in range(MOST_LISTED + 1)),
            f"That names 201 SIMs; the limit is {MOST_LISTED}.",
        ),
        ("Depot", "Depot"),
    ],
)
async def test_lists_that_are_refused(selector, directory, text, words):
    """Nothing, too much, and a name of several SIMs."""
    await directory.refresh()

    assert words in (await refused(selector, listed(text))).sentence


async def test_a_kore_that_does_not_answer_is_no_fault_of_the_list(selector, api):
    """What cannot be read now is not called unknown."""
    api.faults.add(broken(times=None))

    with pytest.raises(KoreError):
        await selector.select(listed(SID))
