"""The answer to a text with several SIMs."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.blocks.format import PLAIN
from bot.blocks.triage import advice, cells, states_line, triage_screen
from bot.diagnosis.anomalies import Rest
from bot.diagnosis.evidence import State
from bot.diagnosis.rule import Severity
from bot.errors import (
    BotError,
    Candidate,
    NotASim,
    SimAmbiguous,
    SimNotFound,
    SuperSim,
    TookTooLong,
)
from bot.kore.errors import KoreUnavailable
from bot.sessions.triage import Triage, Unread, triage
from bot.slack.posting import ALL_BLOCKS
from tests.bot.blocks.reports import (
    HOSTILE,
    REPORTS,
    RUNGS,
    a_finding,
    a_report,
    faults,
    of,
    sim,
    table_of,
    words,
)
from tests.builders import NOON, a_session, a_sim


def an_outage(trait="network", value="Telcel", **more):
    told = {
        "sims": 3,
        "of": 3,
        "well": 0,
        "trait": trait,
        "value": value,
        "first": NOON,
        "last": LATER,
    }
    return a_finding(
        rule="common_outage",
        title="Common outage, 3 SIMs",
        next_step="Check the operator; do not reset the devices all.",
        evidence=told | more,
    )


LATER = NOON + timedelta(minutes=15)
OUTAGE = an_outage(others=2, others_silent=0)
NEAR = (Candidate("DE" + "0" * 32, "pump-7"),)


def lost_in(outage, fine=2):
    lost = {"findings": (outage,), "state": State.STALE}
    return of(*(sim(at, **lost) for at in range(3)), *(sim(10 + at) for at in range(fine)))


def test_an_outage_of_more_than_were_asked_for_says_of_how_many():
    """Who asks for one of three SIMs in an outage reads that there are three."""
    lost = sim(0, findings=(an_outage(),), state=State.STALE)

    assert "1 of 2 SIMs is down in an outage of 3 SIMs (" in triage_screen(of(lost, sim(9))).text


@pytest.mark.parametrize(
    ("outage", "brief", "contrast"),
    [
        (an_outage(), "(Telcel, since 2", None),
        (OUTAGE, ", within 15 min)", "No SIM elsewhere fell silent then (2 SIMs compared)."),
        (an_outage(others=0), "(Telcel, since", "No other SIM has been heard from since."),
        (
            an_outage("cell", "2301-41207", well=2, others=0),
            "in one outage (T-Mobile USA, cell 2301-41207, since",
            "2 others on that cell have been heard from since: it is the site, or a part of it.",
        ),
        (
            an_outage("rate plan", "<!channel>", well=1),
            "rate plan &lt;!channel&gt;, since",
            "1 other on that rate plan has been heard from since: only a part is out.",
        ),
        (
            an_outage("country", "MEX", well=1),
            "(country MEX, since",
            "1 other in that country has been heard from since: only a part is out.",
        ),
        (
            an_outage(None, None, well=1),
            "in one outage (",
            "1 other has been heard from since: only a part is out.",
        ),
        (
            an_outage("device model", "35123408", of=5, others=9),
            "in one outage (T-Mobile USA, device model 35123408, since",
            "No SIM elsewhere fell silent then (9 SIMs compared).",
        ),
        (an_outage("country", "MEX"), "(country MEX, since", None),
        (an_outage(None, None, others=4), "in one outage (T-Mobile USA, since", None),
    ],
)
def test_an_outage_is_the_first_sentence(outage, brief, contrast):
    """How many, what they share, since when, how the others differ, and what to do, once."""
    drawn = triage_screen(lost_in(outage))

    assert drawn.text.startswith("🔴 3 of 5 SIMs are down in one outage (")
    assert brief in drawn.text
    advice = list(words(drawn.blocks))[1]
    assert advice == f"{contrast or ''} → Check the operator; do not reset the devices all.".strip()


def test_old_rows_are_marked():
    """No tick stands above them, and what is redacted is still said."""
    drawn = triage_screen(of(sim(1, **OLD, redacted="ICCID left out."), sim(2)))

    assert ["🟢 online (old)", "🟢 online"] == [row[1] for row in table_of(drawn)[1:]]
    assert "pump-1 · 🟢 online (old)" in str(drawn.blocks[-1])
    assert "ICCID left out." in str(drawn.blocks)


OLD = {"stale": True, "why_stale": "KORE is down (HTTP 503)."}
FROM_BEFORE = "KORE is down (HTTP 503). These are the last answers I have, read 12"


DOWN = {"state": State.OFFLINE}
FLAPS = a_finding(severity=Severity.WARNING)
CANCELED = a_finding(rule="sim_not_active", evidence={"status": "canceled"})
SUSPENDED = a_finding(rule="sim_not_active", evidence={"status": "suspended"})
TWIN = a_finding(rule="twin_imei")
RESTS = sim(9, state=State.OFFLINE, rest=Rest(None, timedelta(days=5)))
BARRED = a_finding(rule="barred_after_flapping")


@pytest.mark.parametrize(
    ("answers", "says", "warns"),
    [
        ([sim(1, **OLD)], "❔ How the SIM is now is unknown. No fault was", "This is the last"),
        (
            [sim(1, **OLD), sim(2, **OLD), SimNotFound("…")],
            "❔ How these 2 SIMs are now is unknown. No fault was found when they were last read.",
            FROM_BEFORE,
        ),
        (
            [sim(1, **OLD), sim(2), sim(3)],
            "❔ No fault found in 2 of 3 SIMs. How the other one is now is unknown.",
            "⚠️ KORE is down (HTTP 503). For 1 of 3 SIMs this is the last answer I have, read",
        ),
        (
            [sim(1, **OLD), sim(2, **OLD), sim(3)],
            "❔ No fault found in 1 of 3 SIMs. How the other 2 are now is unknown.",
            "For 2 of 3 SIMs this is",
        ),
        (
            [sim(at, findings=(a_finding(),), state=State.OFFLINE, **OLD) for at in (1, 2)],
            "🔴 Both SIMs were down: flapping.",
            FROM_BEFORE,
        ),
        (
            [sim(1, findings=(a_finding(),), **OLD), sim(2, **OLD)],
            "🔴 1 of 2 SIMs needed attention: flapping.",
            FROM_BEFORE,
        ),
        (
            [sim(1, findings=(a_finding(),)), sim(2, **OLD)],
            "🔴 1 of 2 SIMs needs attention: flapping.",
            "For 1 of 2 SIMs this is the last answer I have",
        ),
    ],
)
def test_what_is_old_says_so_on_top(answers, says, warns):
    """Why, from when, and of how many; that all was well then is no news of now."""
    drawn = triage_screen(of(*answers))
    top = next(iter(words(drawn.blocks)))

    assert drawn.text.startswith(says)
    assert warns in drawn.text
    assert warns in top.replace("*", "")


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        ([sim(1, findings=(a_finding(),)), sim(2)], "🔴 1 of 2 SIMs needs attention: flapping."),
        (
            [sim(1, findings=(FLAPS,)), SimNotFound("…"), KoreUnavailable()],
            "🟠 1 of 3 SIMs needs attention: flapping. 1 not found. 1 could not be read.",
        ),
        (
            [
                sim(1, findings=(CANCELED,), state=State.BLOCKED),
                sim(2, findings=(BARRED,), **DOWN),
                sim(3, findings=(BARRED,), **DOWN),
            ],
            "🔴 All 3 SIMs are down: 2 barred, 1 canceled.",
        ),
        ([sim(1, findings=(a_finding(rule="a_new_one"),), **DOWN)], "The SIM is down: a new one."),
        (
            [sim(at, findings=(CANCELED if at else SUSPENDED,), **DOWN) for at in range(3)],
            "All 3 SIMs are down: 2 canceled, 1 suspended.",
        ),
        ([sim(1), RESTS], "✅ No fault found in 2 SIMs. 1 is not online, but not overdue."),
        (
            [sim(1), RESTS, sim(2, state=State.OFFLINE)],
            "✅ No fault found in 3 SIMs. 2 are not online, but not overdue.",
        ),
        ([sim(at, findings=(TWIN,)) for at in range(2)], "Both SIMs need attention: cloned IMEI."),
        (
            [sim(at, findings=(a_finding(rule=f"a_{at}"),)) for at in range(7)],
            "1 a 3, 1 a 4, 2 for other reasons.",
        ),
        ([sim(1), SimNotFound("…")], "❔ No fault found. 1 not found."),
        (
            [sim(1), sim(2, state=State.UNKNOWN)],
            "❔ No fault found in 2 SIMs. 1 in an unknown state.",
        ),
        ([KoreUnavailable(), TookTooLong()], "❔ None of 2 SIMs could be read."),
        ([SimNotFound("…"), SimNotFound("…")], "❔ None of 2 SIMs found."),
        ([sim(1), None, None], "⏳ Reading 3 SIMs: 1 so far, worst first."),
        ([None, None], "⏳ Reading 2 SIMs: 0 so far."),
        (
            [
                *(sim(at, findings=(OUTAGE,), **DOWN) for at in range(3)),
                sim(4, findings=(a_finding(),)),
            ],
            "within 15 min), 1 flapping.",
        ),
    ],
)
def test_the_sentence_on_top(answers, says):
    """One count with its causes, what could not be read, and how far the reading is."""
    assert says in triage_screen(of(*answers)).text


def test_a_row_a_sim():
    """SIM, state, verdict, operator and last seen, cut to fit; unknown is said."""
    lost = sim(7, state=State.OFFLINE, findings=(a_finding(),), sessions=(a_session(end=NOON),))
    unknown = sim(8, state=State.UNKNOWN, sessions=None)

    header, *rows = table_of(triage_screen(of(lost, unknown)))

    assert ["SIM", "State", "Cause", "Network", "Last seen"] == header
    assert ["pump-7", "🔴 offline", "🔴 Flapping", "T-Mobile USA", "3\u00a0h ago"] == rows[0]
    assert ["pump-8", "❔ unknown", "sessions not read", "unknown", "unknown"] == rows[1]

    long = a_report(sim=a_sim(unique_name="N" * 300), findings=(a_finding(title="T" * 300),))

    assert all(len(cell) <= 48 for cell in cells(long))

    assert "unknown" == cells(sim(1, state=State.NEVER_SEEN, sessions=()))[4]


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

    state = "❔ not found" if isinstance(error, SimNotFound) else "❔ not read"
    assert ["text 0", state, says, "unknown", "unknown"] == row


@pytest.mark.parametrize("refused", RUNGS)
def test_two_hundred_sims_keep_the_limits(refused):
    """On every rung the message is one that Slack takes, and what does not fit is said."""
    made = of(*(sim(number, findings=(a_finding(),)) for number in range(200)), cut=50)

    drawn = triage_screen(made).without(refused)

    assert [] == faults(drawn)
    told = drawn.text if refused == ALL_BLOCKS else str(list(words(drawn.blocks)))
    assert "50 more SIMs over the limit not read" in told
    assert ("data_table" in refused) == ("not shown here" in told)


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
    """States are counted worst first; a next step is said where it is one for all."""
    answers = [sim(1), sim(2, state=State.OFFLINE), sim(3), TookTooLong()]

    made = triage(["1", "2", "3", "4"], answers)

    assert "1 🔴 offline, 2 🟢 online, 1 could not be read" == states_line(made)

    one = a_finding(next_step="Fix {what}.", evidence={"what": "the APN"})

    other = a_finding(next_step="Fix {what}.", evidence={"what": "the antenna"})
    steps = [
        advice(of(*(sim(at, findings=(each,)) for at, each in enumerate(some)), sim(9)), PLAIN)
        for some in ((one,), (one, one), (one, other), ())
    ]

    assert [["→ Fix the APN."], ["→ Fix the APN."], [], []] == steps


def test_each_outage_has_its_own_step():
    """Two outages are told apart by what they share; neither's step is lost."""
    cell = an_outage("cell", "2301-41207", others=2)
    model = an_outage("device model", "35316609", first=LATER, others=0)
    lost = [sim(at, findings=((cell, model)[at > 2],), state=State.STALE) for at in range(6)]

    one, other = advice(of(*lost), PLAIN)

    assert one.startswith("T-Mobile USA, cell 2301-41207: No SIM elsewhere fell silent then")
    assert other.startswith("T-Mobile USA, device model 35316609: No other SIM has been heard")
    assert all("do not reset the devices all." in each for each in (one, other))


def test_what_is_not_judged_is_said():
    """Without plan or usage there is no tick, and the small print says for how many."""
    made = triage(["a", "b"], [sim(1), sim(2, allowance_known=False)])
    drawn = triage_screen(made)

    assert drawn.text.startswith("❔")
    assert "data limit of 1 not judged" in " ".join(words(drawn.blocks))
