"""Findings as blocks: three in full, the rest folded, sources one click away."""

import pytest

from bot.blocks.findings import finding_blocks
from bot.diagnosis.state import State
from bot.sandbox.slack_api.blocks.whole import blocks_faults
from tests.bot.blocks.reports import a_finding, a_report, words


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
    """
    The first three stand open; a folded box says how many more there are.
    """
    *shown, fold = finding_blocks(a_report(findings=some(number)))

    assert ["section"] * in_full == [block["type"] for block in shown]
    assert ("container", title) == (fold["type"], fold["title"]["text"])
    assert fold["is_collapsible"]
    assert fold["default_collapsed"]


@pytest.mark.parametrize("number", [1, 4, 24])
@pytest.mark.parametrize("refused", [frozenset(), frozenset({"container"})])
def test_nothing_is_lost(number, refused):
    """
    Folded or not, every finding and every source is somewhere, within Slack's limits.
    """
    blocks = finding_blocks(a_report(findings=some(number)), refused)
    text = "\n".join(words(blocks))

    assert all(f"Title {n}." in text and f"`rule_{n}`" in text for n in range(number))
    assert [] == blocks_faults(blocks, "message")


def test_a_workspace_without_containers_gets_none():
    """
    Where boxes are refused, what they hold stands open.
    """
    blocks = finding_blocks(a_report(findings=some(5)), frozenset({"container"}))

    assert {"section", "context"} == {block["type"] for block in blocks}


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (State.OFFLINE, "No rule found anything wrong."),
        (State.UNKNOWN, "Too little is known for a verdict."),
    ],
)
def test_no_findings(state, said):
    """
    No finding is not the same as knowing that all is well.
    """
    [block] = finding_blocks(a_report(state=state))

    assert said == block["text"]["text"]
