"""What an answer about several SIMs offers: details, files, sharing, watching, another try."""

import pytest

from bot.blocks import ids
from bot.blocks.triage import triage_screen
from bot.errors import SimNotFound, TookTooLong
from bot.kore.errors import KoreUnavailable
from bot.sessions.triage import triage
from tests.bot.blocks.reports import a_finding, a_report, of, sim
from tests.builders import a_sim

CANCELED = a_finding(rule="sim_not_active", evidence={"status": "canceled"})
BARRED = a_finding(rule="barred_after_flapping")


def elements(screen, kind):
    rows = [block for block in screen.blocks if block["type"] == "actions"]
    return [each for row in rows for each in row["elements"] if each["type"] == kind]


def test_details_files_and_sharing():
    """Each SIM can be chosen, and the files hold all of them, ninety a button."""
    made = of(*map(sim, range(200)))
    drawn = triage_screen(made)

    (select,) = elements(drawn, "static_select")
    buttons = elements(drawn, "button")
    carried = [sid for each in buttons for sid in ids.PackedSims.from_value(each["value"]).sids]
    assert [100, 100] == [len(group["options"]) for group in select["option_groups"]]
    assert [report.sim.sid for report in made.reports] == carried
    labels = [each["text"]["text"] for each in buttons]
    assert ["CSV file 1–90", "CSV file 91–180", "CSV file 181–200"] == labels


@pytest.mark.parametrize("for_all", [False, True])
def test_what_everybody_reads_is_not_shared_again(for_all):
    """Sharing is offered to the asker alone."""
    drawn = triage_screen(of(sim(1), sim(2)), for_all=for_all)
    labels = ["Watch these 2", "CSV file", "Share to channel"]

    assert labels[: 3 - for_all] == [each["text"]["text"] for each in elements(drawn, "button")]


GONE = {"sim": a_sim(sid=f"DE{99:032x}", status="canceled"), "findings": (CANCELED,)}


@pytest.mark.parametrize(
    ("troubled", "fine", "label", "carried"),
    [
        ([sim(1, findings=(BARRED,)), sim(2, findings=(BARRED,))], 0, "Watch these 2", 2),
        ([sim(1, findings=(BARRED,)), sim(2, findings=(BARRED,))], 3, "Watch these 2", 2),
        ([], 3, "Watch these 3", 3),
        ([sim(1, findings=(BARRED,)), a_report(**GONE)], 3, "Watch this one", 2),
        ([a_report(**GONE)], 3, None, 0),
        ([], 91, None, 0),
    ],
)
def test_those_in_trouble_can_be_watched(troubled, fine, label, carried):
    """One button watches them, or all where none is; one that cannot come back is not counted."""
    drawn = triage_screen(of(*troubled, *(sim(100 + number) for number in range(fine))))

    found = [each for each in elements(drawn, "button") if each["action_id"] == ids.WATCH_ALL]
    told = [(b["text"]["text"], len(ids.PackedSims.from_value(b["value"]).sids)) for b in found]
    assert ([(label, carried)] if label else []) == told


def test_what_is_still_read_has_no_buttons():
    """They come with the whole table."""
    assert [] == elements(triage_screen(of(sim(1), None)), "button")


@pytest.mark.parametrize(
    ("errors", "shown"),
    [
        ([KoreUnavailable(), TookTooLong()], True),
        ([KoreUnavailable(), SimNotFound("…")], True),
        ([SimNotFound("…"), SimNotFound("…")], False),
    ],
)
def test_what_may_pass_can_be_tried_again(errors, shown):
    """Where none could be read, unless that none is there."""
    drawn = triage_screen(triage(["a-1", "b-2"], errors))
    buttons = [each["elements"][0] for each in drawn.blocks if each["type"] == "actions"]

    assert shown == bool(buttons)
    assert all("a-1, b-2" in each["value"] and each["text"]["text"] == "Retry" for each in buttons)
