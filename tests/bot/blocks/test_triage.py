"""The answer to a text with several SIMs."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.blocks import ids
from bot.blocks.format import NOTICE, PLAIN
from bot.blocks.report_text import state_label
from bot.blocks.screen import ALL_BLOCKS
from bot.blocks.triage import cells, next_step, states_line, triage_headline, triage_screen
from bot.diagnosis.rule import Severity
from bot.diagnosis.state import State
from bot.errors import BotError, TookTooLong
from bot.kore.errors import KoreUnavailable
from bot.sessions.triage import Triage, Unread, triage
from bot.sims.errors import Candidate, NotASim, SimAmbiguous, SimNotFound, SuperSim
from tests.bot.blocks.reports import (
    HOSTILE,
    NOW,
    REPORTS,
    RUNGS,
    a_finding,
    a_report,
    faults,
    table_of,
    words,
)
from tests.builders import NOON, a_session, a_sim

OUTAGE = a_finding(
    rule="common_outage",
    title="Common outage, 3 SIMs",
    next_step="Check the operator; do not reset them all.",
    evidence={"sims": 3, "asked": 5, "network": "Telcel", "first": NOON, "last": NOW},
)
NEAR = (Candidate("DE" + "0" * 32, "pump-7"),)


def sim(number, **changes):
    about = a_sim(sid=f"DE{number:032x}", unique_name=f"pump-{number}")
    return a_report(sim=about, query=f"pump-{number}", **changes)


def of(*answers, **more):
    return triage([f"text {at}" for at in range(len(answers))], answers, **more)


def elements(screen, kind):
    rows = [block for block in screen.blocks if block["type"] == "actions"]
    return [each for row in rows for each in row["elements"] if each["type"] == kind]


def test_an_outage_is_the_first_sentence():
    """How many, where, since when and what to do; old rows are marked and counted."""
    lost = {"findings": (OUTAGE,), "state": State.STALE}
    drawn = triage_screen(of(sim(1, **lost), sim(2, **lost), sim(3, **lost), sim(4), sim(5)))

    assert drawn.text.startswith("🔴 3 of 5 SIMs are down, all on Telcel, last heard of between")
    assert "an outage of the network, not of the devices." in drawn.text
    assert "→ Check the operator; do not reset them all." in list(words(drawn.blocks))[1]

    drawn = triage_screen(of(sim(1, stale=True, withheld="ICCID left out.")))

    assert "(old)" in str(table_of(drawn))
    assert "1 from before, because KORE did not answer" in str(drawn.blocks)
    assert "ICCID left out." in str(drawn.blocks)


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        ([sim(1, findings=(a_finding(),)), sim(2)], "🔴 1 of 2 SIMs needs a look: 1 critical."),
        (
            [sim(1, findings=(a_finding(severity=Severity.WARNING),)), KoreUnavailable()],
            "🟠 1 of 2 SIMs needs a look: 1 warned of. 1 could not be read.",
        ),
        ([sim(1), sim(2)], "✅ None of 2 SIMs shows anything grave."),
        ([KoreUnavailable(), TookTooLong()], "❔ None of 2 SIMs could be read."),
        ([sim(1), None, None], "⏳ Reading 3 SIMs: 1 so far, worst first."),
        ([None, None], "⏳ Reading 2 SIMs: 0 so far."),
        (
            [sim(1, findings=(OUTAGE,)), sim(2, findings=(a_finding(),))],
            "devices. 1 other needs a look.",
        ),
    ],
)
def test_the_sentence_on_top(answers, says):
    """It counts who needs a look, what could not be read, and how far the reading is."""
    assert says in triage_screen(of(*answers)).text


def test_a_row_a_sim():
    """SIM, state, verdict, operator and last seen, cut to fit; unknown is said."""
    lost = sim(7, state=State.OFFLINE, findings=(a_finding(),), sessions=(a_session(end=NOON),))
    unknown = sim(8, state=State.UNKNOWN, sessions=None)

    header, *rows = table_of(triage_screen(of(lost, unknown)))

    assert ["SIM", "State", "Verdict", "Operator", "Last seen"] == header
    assert ["pump-7", "🔴 offline", "🔴 Flapping", "T-Mobile USA", "3 h ago"] == rows[0]
    assert ["pump-8", "❔ unknown", "sessions not read", "unknown", "unknown"] == rows[1]

    long = a_report(sim=a_sim(unique_name="N" * 300), findings=(a_finding(title="T" * 300),))

    assert all(len(cell) <= 48 for cell in cells(long))

    assert "not in 30 days" == cells(sim(1, state=State.NEVER_SEEN, sessions=()))[4]


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (SimNotFound("…", NEAR), "no such SIM · did you mean pump-7?"),
        (SimNotFound("…"), "no such SIM"),
        (SimAmbiguous("…", NEAR, 70), "70 SIMs fit: name one by its SID"),
        (SuperSim(), "a Super SIM: KORE keeps no sessions of it"),
        (NotASim(), "names no SIM"),
        (KoreUnavailable(), "KORE is not answering"),
        (TookTooLong(), "not read in time: ask again"),
        (BotError("What `x` did."), "What x did."),
    ],
)
def test_what_could_not_be_read_is_a_row_with_its_reason(error, says):
    """Nothing that was named is dropped."""
    _, row = table_of(triage_screen(of(error)))

    assert ["text 0", "❔ not read", says, "unknown", "unknown"] == row


@pytest.mark.parametrize("refused", RUNGS)
def test_two_hundred_sims_keep_the_limits(refused):
    """On every rung the message is one that Slack takes, and what does not fit is said."""
    made = of(*(sim(number, findings=(a_finding(),)) for number in range(200)), cut=50)

    drawn = triage_screen(made).without(refused)

    assert [] == faults(drawn)
    told = drawn.text if refused == ALL_BLOCKS else str(list(words(drawn.blocks)))
    assert "50 more SIMs beyond the limit not read" in told
    assert ("data_table" in refused) == ("of them not drawn here" in told)


def test_details_files_and_sharing():
    """Each SIM can be chosen, and the files hold all of them, ninety a button."""
    made = of(*map(sim, range(200)))
    drawn = triage_screen(made)

    (select,) = elements(drawn, "static_select")
    buttons = elements(drawn, "button")
    carried = [sid for each in buttons for sid in ids.Sims.from_value(each["value"]).sids]
    assert [100, 100] == [len(group["options"]) for group in select["option_groups"]]
    assert [report.sim.sid for report in made.reports] == carried
    assert ["CSV file 1–90", "CSV file 91–180", "CSV file 181–200"] == [
        each["text"]["text"] for each in buttons
    ]


@pytest.mark.parametrize(
    ("for_all", "labels"),
    [(False, ["Watch all", "CSV file", "Share to channel"]), (True, ["Watch all", "CSV file"])],
)
def test_what_everybody_reads_is_not_shared_again(for_all, labels):
    """Sharing is offered to the asker alone."""
    drawn = triage_screen(of(sim(1), sim(2)), for_all=for_all)

    assert labels == [each["text"]["text"] for each in elements(drawn, "button")]


@pytest.mark.parametrize(
    ("troubled", "fine", "label", "watched"),
    [(2, 0, "Watch all", 2), (2, 3, "Watch the 2 in trouble", 2), (0, 3, "Watch all", 3)],
)
def test_those_in_trouble_can_be_watched(troubled, fine, label, watched):
    """One button watches them, or all where none is in trouble."""
    lost = [sim(number, findings=(a_finding(),)) for number in range(troubled)]
    drawn = triage_screen(of(*lost, *(sim(100 + number) for number in range(fine))))

    (first, *_) = elements(drawn, "button")
    assert (label, watched) == (
        first["text"]["text"],
        len(ids.Sims.from_value(first["value"]).sids),
    )


def test_what_is_not_offered():
    """A long table offers no cards, and one that is still read no buttons."""
    drawn = triage_screen(of(*map(sim, range(21))))

    assert ids.WATCH_ALL not in [each["action_id"] for each in elements(drawn, "button")]

    assert [] == elements(triage_screen(of(sim(1), None)), "button")


ERRORS = st.builds(
    Unread,
    query=st.one_of(st.sampled_from(HOSTILE), st.text(max_size=300)),
    error=st.one_of(
        st.builds(BotError, st.sampled_from(HOSTILE)), st.builds(SimNotFound, st.text(max_size=300))
    ),
)


@settings(max_examples=60, deadline=timedelta(seconds=2))
@given(
    rows=st.lists(st.one_of(REPORTS, ERRORS), min_size=1, max_size=12).map(tuple),
    waiting=st.integers(0, 200),
    cut=st.integers(0, 5000),
    refused=st.sampled_from(RUNGS),
)
def test_anything_at_all_is_drawn_within_the_limits(rows, waiting, cut, refused):
    """Whatever KORE and people say, Slack takes the message, and none of it speaks to Slack."""
    drawn = triage_screen(Triage(rows, waiting, cut)).without(refused)

    assert [] == faults(drawn)
    mrkdwn = [b["text"]["text"] for b in drawn.blocks if b["type"] == "section" and "text" in b]
    assert not any("<!channel>" in text or "<@U1>" in text for text in [drawn.text, *mrkdwn])


def test_states_and_next_step():
    """States are counted worst first; without an outage there is no common next step."""
    answers = [sim(1), sim(2, state=State.OFFLINE), sim(3), TookTooLong()]

    made = triage(["1", "2", "3", "4"], answers)

    assert "1 🔴 offline, 2 🟢 online, 1 not read" == states_line(made)

    made = triage(["1"], [sim(1, findings=(a_finding(),))])

    assert next_step(made, PLAIN) is None
    assert "1 critical" in triage_headline(made, NOTICE)


@pytest.mark.parametrize("state", State)
def test_a_state_is_a_sign_and_a_word(state):
    """No sign stands alone."""
    sign, _, word = state_label(state).partition(" ")

    assert sign
    assert word == state.value.replace("_", " ")
