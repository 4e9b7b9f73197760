"""Findings as blocks: three in full, the rest folded, sources one click away."""

from datetime import timedelta

import pytest

from bot.blocks.findings import finding_lines, finding_parts, severity_text, value_text
from bot.blocks.format import MRKDWN, PLAIN
from bot.blocks.screen import NOTHING, Screen
from bot.diagnosis.rule import Severity
from bot.diagnosis.state import State
from bot.emulators.slack.blocks.whole import blocks_faults
from tests.bot.blocks.reports import NOW, a_finding, a_report, words
from tests.builders import NOON


def drawn(parts, refused=NOTHING):
    return Screen("", parts).without(refused).blocks


def some(number):
    return tuple(a_finding(rule=f"rule_{n}", title=f"Title {n}") for n in range(number))


@pytest.mark.parametrize(
    ("number", "in_full", "title"),
    [
        (1, 1, "How we know"),
        (3, 3, "How we know"),
        (4, 3, "1 more finding, and how we know"),
        (5, 3, "2 more findings, and how we know"),
        (24, 3, "21 more findings, and how we know"),
    ],
)
def test_folding(number, in_full, title):
    """The first three stand open; a folded box says how many more there are."""
    *shown, fold = drawn(finding_parts(a_report(findings=some(number))))

    assert ["section"] * in_full == [block["type"] for block in shown]
    assert ("container", title) == (fold["type"], fold["title"]["text"])
    assert fold["is_collapsible"]
    assert fold["default_collapsed"]


@pytest.mark.parametrize("number", [1, 4, 24])
@pytest.mark.parametrize("refused", [frozenset(), frozenset({"container"})])
def test_nothing_is_lost(number, refused):
    """Folded or not, every finding and every source is somewhere, within Slack's limits."""
    blocks = drawn(finding_parts(a_report(findings=some(number))), refused)
    text = "\n".join(words(blocks))

    assert all(f"Title {n}." in text and f"`rule_{n}`" in text for n in range(number))
    assert [] == blocks_faults(blocks, "message")


def test_a_workspace_without_containers_gets_none():
    """Where boxes are refused, what they hold stands open."""
    blocks = drawn(finding_parts(a_report(findings=some(5))), frozenset({"container"}))

    assert {"section", "context"} == {block["type"] for block in blocks}


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (State.OFFLINE, "No rule found anything wrong."),
        (State.UNKNOWN, "Too little is known for a verdict."),
    ],
)
def test_no_findings(state, said):
    """No finding is not the same as knowing that all is well."""
    [block] = finding_parts(a_report(state=state))

    assert said == block["text"]["text"]


def test_finding_lines():
    """
    What, with its evidence, what to do and where the threshold is from; stale ones say how old.
    """
    assert (
        (
            "🔴 Critical · Flapping. 1\u202f246 session starts between 2026-01-05 12:00 UTC and "
            "2026-01-05 15:00 UTC."
        ),
        "→ Check its antenna.",
        "flapping · Vendor: 4 an hour, https://vendor.example/page?a=1&b=2",
    ) == finding_lines(a_finding(), PLAIN, a_report())

    lines = finding_lines(a_finding(), MRKDWN, a_report())

    assert lines.what.startswith(
        "🔴 *Critical · Flapping.* 1\u202f246 session starts between <!date^"
    )
    assert lines.source.endswith("<https://vendor.example/page?a=1&amp;b=2|vendor.example>")

    report = a_report(stale=True, as_of=NOW - timedelta(hours=2))

    assert finding_lines(a_finding(), PLAIN, report).what.endswith(" (2 h old)")


def test_evidence():
    """It is escaped and filled in once; braces that name none stay as they are."""
    finding = a_finding(says="Seen on {name} <4.", evidence={"name": "<!channel>*"})

    assert finding_lines(finding, MRKDWN, a_report()).what.endswith(
        "Seen on &lt;!channel&gt;∗ &lt;4."
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
        (timedelta(hours=16, minutes=30), "16 h 30 min"),
        (NOON, "2026-01-05 12:00 UTC"),
        ("Telcel", "Telcel"),
        (("a", "b"), "a, b"),
        ("", "(blank)"),
    ],
)
def test_value_text(value, shown):
    """Each kind of evidence is shown with its unit."""
    assert shown == value_text(value, PLAIN)
