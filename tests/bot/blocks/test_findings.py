"""Findings in words: one in full, the rest counted, all of them one click away."""

from datetime import timedelta

import pytest

from bot.blocks.findings import (
    finding_lines,
    limit_text,
    main_lines,
    others_text,
    rule_text,
    rules_screen,
    severity_text,
    value_text,
)
from bot.blocks.format import MRKDWN, PLAIN, count
from bot.blocks.modals import explanation_view
from bot.diagnosis.evidence import State
from bot.diagnosis.rule import Severity, When, all_rules
from bot.diagnosis.rules.ghost_session import UNLESS_ALL_ARE_SILENT
from bot.diagnosis.rules.gone_silent import LOOK_AROUND
from bot.diagnosis.thresholds import Thresholds
from bot.sessions.report import Neighbours
from tests.bot.blocks.reports import RUNGS, a_finding, a_report, faults, view_wrongs, words
from tests.builders import NOON, a_session


def some(number):
    return tuple(a_finding(rule=f"rule_{n}", title=f"Title {n}") for n in range(number))


@pytest.mark.parametrize("number", [1, 4, 24])
def test_nothing_is_lost(number):
    """Every finding and every source is in the window, within Slack's limits."""
    view = explanation_view(a_report(findings=some(number)))
    text = "\n".join(words(view["blocks"]))

    assert all(f"Title {n}." in text and f"`rule_{n}`" in text for n in range(number))
    assert [] == view_wrongs(view)


OVER = a_finding(title="It was", when=When.OVER, next_step=None)
UNDER = a_finding(title="It shows", explained_by="flapping", next_step=None)
WELL = a_finding(rule="healthy", severity=Severity.INFO, title="Well", next_step="Look elsewhere.")
REMARK = a_finding(rule="legacy_radio", severity=Severity.INFO, title="Old radio")


@pytest.mark.parametrize(
    ("findings", "lines", "others"),
    [
        ((a_finding(says="Seen."),), ["Flapping. Seen.", "→ Check its antenna."], ""),
        (
            (a_finding(says=f"{'Seen ' * 20}once; {'more ' * 20}so."), UNDER, OVER),
            [f"Flapping. {'Seen ' * 20}once.", "→ Check its antenna."],
            "Also seen: 1, Earlier: 1",
        ),
        (
            (a_finding(says="Its status is new; networks turn it away."),),
            ["→ Check its antenna."],
            "",
        ),
        (
            (a_finding(says="IMEI {imei}.", evidence={"imei": "014931000129700"}),),
            ["Flapping. IMEI 01493100-012970-0.", "→ Check its antenna."],
            "",
        ),
        (
            (a_finding(rule="gone_silent", says="Since {first}; it may for 2 h."),),
            ["Flapping. It may for 2 h.", "→ Check its antenna."],
            "",
        ),
        ((REMARK, WELL), ["Well.", "→ Look elsewhere."], "Also seen: 1"),
        ((REMARK,), ["Old radio. 1 246 session starts between 12:00 and 15:00."], ""),
        ((OVER,), ["No fault found."], "Earlier: 1"),
    ],
)
def test_one_cause_and_one_action(findings, lines, others):
    """What the answer is about stands with its evidence and one next step; the rest is counted."""
    report = a_report(findings=findings)
    said = [line.replace("\u202f", " ").replace(" UTC", "") for line in main_lines(report, PLAIN)]

    assert lines == said[: len(lines)]
    assert 1 >= sum(line.startswith("→") for line in said)
    assert others == others_text(report)


@pytest.mark.parametrize("hint", [LOOK_AROUND, UNLESS_ALL_ARE_SILENT])
def test_nobody_is_sent_to_look_at_neighbours_that_are_told(hint):
    """The advice to look around stands only where nobody knows how the others are."""
    silent = a_finding(rule="gone_silent", next_step=f"Check power{hint}.")
    near = Neighbours("cell", 5, 0, None, NOON)

    assert main_lines(a_report(findings=(silent,)), PLAIN)[1].endswith("silent too.")
    assert main_lines(a_report(findings=(silent,), neighbours=near), PLAIN)[1] == "→ Check power."


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (State.ONLINE, "No fault found."),
        (State.STALE, "No fault found; it is not overdue."),
        (State.OFFLINE, "No fault found; it is not overdue."),
        (State.UNKNOWN, "Too little is known for a verdict."),
    ],
)
def test_no_findings(state, said):
    """No finding is not the same as knowing that all is well."""
    told, *step = main_lines(a_report(state=state), PLAIN)

    assert said == told
    assert (state is State.UNKNOWN) == bool(step)


def test_what_is_old_is_no_news_of_now():
    """Neither that all was well nor that it was not overdue says how the SIM is; ask again."""
    for state in (State.ONLINE, State.OFFLINE):
        assert [
            "No fault was found when it was last read; how it is now is unknown.",
            "→ Try again in a minute.",
        ] == main_lines(a_report(state=state, stale=True), PLAIN)


def test_without_news_of_an_open_session_nothing_is_said_to_be_in_time():
    """A session that may still be open leaves it unknown whether the SIM is overdue."""
    sessions = a_session(), a_session(end=None, last_updated=None)
    report = a_report(state=State.OFFLINE, sessions=sessions)

    assert ["No fault found."] == main_lines(report, PLAIN)


def test_finding_lines():
    """What, with its evidence, what to do and where the threshold is from."""
    assert (
        ("🔴 Critical · Flapping. 1\u202f246 session starts between 12:00 UTC and 15:00 UTC."),
        "→ Check its antenna.",
        "flapping · Vendor: 4 an hour, https://vendor.example/page?a=1&b=2",
    ) == finding_lines(a_finding(), PLAIN, a_report())

    lines = finding_lines(a_finding(), MRKDWN, a_report())

    assert lines.what.startswith(
        "🔴 *Critical · Flapping.* 1\u202f246 session starts between <!date^"
    )
    assert lines.source.endswith("<https://vendor.example/page?a=1&amp;b=2|vendor.example>")


def test_evidence():
    """It is escaped and filled in once; braces that name none stay as they are."""
    finding = a_finding(says="Seen on {name} <4.", evidence={"name": "<!channel>*"})

    assert finding_lines(finding, MRKDWN, a_report()).what.endswith(
        "Seen on `&lt;!channel&gt;*` &lt;4."
    )

    finding = a_finding(says="{nobody} knows {starts}.", evidence={"starts": 2})

    assert finding_lines(finding, PLAIN, a_report()).what.endswith("{nobody} knows 2.")

    finding = a_finding(says="{a}", evidence={"a": "{b}", "b": "secret"})

    assert finding_lines(finding, PLAIN, a_report()).what.endswith("Flapping. {b}")


@pytest.mark.parametrize(
    ("rule", "severity", "shown"),
    [
        ("flapping", Severity.CRITICAL, ("🔴", "Critical")),
        ("flapping", Severity.WARNING, ("🟠", "Warning")),
        ("flapping", Severity.INFO, ("🔵", "Info")),
        ("healthy", Severity.INFO, ("✅", "Good")),
    ],
)
def test_severity_text(rule, severity, shown):
    """No sign stands without its word."""
    assert shown == severity_text(a_finding(rule=rule, severity=severity))


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "unknown"),
        (True, "yes"),
        (False, "no"),
        (1246, "1\u202f246"),
        (0, "0"),
        (0.25, "0.25"),
        (timedelta(hours=3, minutes=30), "3 h 30 min"),
        (timedelta(hours=16, minutes=30, seconds=1), "17 h"),
        (NOON, "2026-01-05 12:00 UTC"),
        ("Telcel", "Telcel"),
        (("a", "b"), "a, b"),
        ("", "(blank)"),
    ],
)
def test_value_text(value, shown):
    """Each kind of evidence is shown with its unit."""
    assert shown == value_text(value, PLAIN)


@pytest.mark.parametrize(
    ("limit", "said"),
    [
        (4, "4"),
        (timedelta(minutes=15), "15 min"),
        (timedelta(hours=24), "24 h"),
        ((timedelta(hours=1), timedelta(hours=4)), "1 h or 4 h"),
    ],
)
def test_limit_text(limit, said):
    """A threshold has its unit."""
    assert said == limit_text(limit)


def test_a_rule_has_its_thresholds_as_set():
    """The list shows the thresholds of this bot; no rule names one that it does not list."""
    flapping = next(rule for rule in all_rules() if rule.name == "flapping")
    told = rule_text(flapping, Thresholds(flapping_starts=9))

    assert "more than 9 session starts" in told.fires
    assert "warning or critical" == told.severity
    assert "set for this bot" in told.source

    for rule in all_rules():
        told = rule_text(rule, Thresholds())

        assert all(told)
        assert "{" not in told.fires


@pytest.mark.parametrize("refused", RUNGS)
def test_rules_screen_fits(refused):
    """All rules fit on every rung, and what is left out is said."""
    drawn = rules_screen(all_rules(), Thresholds()).without(refused)
    text = drawn.text + "\n".join(words(drawn.blocks))
    missing = [rule.name for rule in all_rules() if rule.name not in text]

    assert [] == faults(drawn)
    assert not missing or f"{count(len(missing), 'rule')} left out" in text


def test_the_finding_that_explains_is_named_as_it_is_titled():
    """And each step leaves out what the neighbours' line has answered, as the card's does."""
    cause = a_finding(
        title="The SIM is {status}",
        evidence={"status": "suspended"},
        next_step=f"Reset it{LOOK_AROUND}.",
    )
    near = Neighbours("cell", 4, 0, None, NOON)
    report = a_report(findings=(cause, UNDER), neighbours=near)

    assert "↳ explained by “The SIM is suspended”" == finding_lines(UNDER, PLAIN, report).next_step
    assert LOOK_AROUND not in finding_lines(cause, PLAIN, report).next_step
