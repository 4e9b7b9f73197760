"""What a terminal shows of a report."""

from bot.cli.reports.as_text import as_text, explained, summary
from bot.diagnosis.evidence import State
from bot.diagnosis.thresholds import Thresholds
from bot.errors import BotError
from bot.sims.errors import SimNotFound
from tests.builders import a_sim


def lines(query: str, answer: object) -> list[str]:
    return [line.plain for line in as_text(query, answer)]


def test_the_headline_is_first_and_the_verdict_second(report):
    """What is going on, then why we think so and what to do, then the facts."""
    told = lines("pump 7", report())

    assert "pump-7 is offline" in told[0]
    assert "Silent for 16 h." in told[1]
    assert "Check the power of pump-7." in told[2]
    assert any("  T-Mobile USA · 310-260" in line for line in told)
    assert any("ICCID 8901 2600" in line for line in told)
    assert len(told) <= 10


def test_what_could_not_be_read_is_said(report):
    """Unreadable sessions and left-out rows are told, not hidden."""
    unread = report(sessions=None, state=State.UNKNOWN, problem="KORE is not answering.")
    told = lines("x", unread)
    some_rows = lines("x", report(skipped_rows=2))

    assert "  ⚠️ Its sessions could not be read. KORE is not answering." in told
    assert any("2 rows of KORE's could not be read" in line for line in some_rows)


def test_a_stale_answer_says_so_first(report):
    """That KORE does not answer stands right under the headline."""
    assert "KORE is not answering" in lines("x", report(stale=True))[1]


def test_names_cannot_steer_the_terminal(report):
    """Escape sequences in what KORE or the asker wrote are taken out."""
    evil = "\x1b]0;owned\x07\x1b[31mred"
    told = [
        *lines(evil, SimNotFound(f"No such SIM: {evil}")),
        *lines("x", report(sim=a_sim(unique_name=evil))),
    ]

    assert not any("\x1b" in line or "\x07" in line for line in told)


def test_several_are_summed_up(report):
    """How many need attention, were not found and not read is said before all."""
    answers = [report(), report(findings=()), SimNotFound("No such SIM."), BotError()]

    assert "4 SIMs: 1 needs attention, 1 not found, 1 not read" == summary(answers).plain
    assert "1 SIMs: no warnings" == summary([report(findings=())]).plain
    told = [line.plain for line in explained(report(), Thresholds())]
    assert any("our default" in line for line in told)
    assert "  Rhythm unknown: 0 intervals, and 5 are needed." in told
    assert "  gone_silent spoke: critical" in told


def test_an_error_is_one_line():
    """An error stands behind what was asked for."""
    assert [f"pmp-7: {BotError.sentence}"] == lines("pmp-7", BotError())
