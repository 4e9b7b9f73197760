""""""

import logging
import string
from dataclasses import replace
from pathlib import Path

import pytest

import bot.diagnosis.rules
from bot.diagnosis import engine
from bot.diagnosis.engine import ORDER, all_rules, diagnose, place
from bot.diagnosis.rule import About, Finding, Severity, rule
from bot.diagnosis.thresholds import defaults
from tests.bot.diagnosis.cases import (
    LIMITS,
    MB,
    D,
    H,
    a_plan,
    ago,
    closed,
    evidence,
    starts,
    still_open,
    used,
    verdict,
)

FOLDER = Path(bot.diagnosis.rules.__file__).parent
FILES = sorted(path.stem for path in FOLDER.glob("[a-z]*.py"))


def test_each_file_is_one_rule_of_its_name():
    """
    Every file of the folder has one rule, named as the file, and its place in the order.
    """
    assert FILES == sorted(each.name for each in all_rules())
    assert FILES == sorted(ORDER)


@pytest.mark.parametrize("name", FILES)
def test_each_rule_has_its_test_of_two_tables(name):
    """
    Beside each rule stands a test with a table of what fires and one of what must not.
    """
    test = Path(__file__).parent / "rules" / f"test_{name}.py"

    assert {"FIRES", "MUST_NOT"} <= {line.split(" ")[0] for line in test.read_text().splitlines()}


WRECKED = evidence(
    still_open(9 * H, 5 * H, operator_country="MEX", radio_link="3G", imei="357520074265336"),
    *starts(*range(10 * H, 11 * H, 10), packets_uploaded=0, packets_downloaded=0, cell_id="x"),
    *(closed(D * n, 60, packets_downloaded=0) for n in range(2, 9)),
    plan=a_plan(international_roaming=[], data_limit=1),
    usage=(used(2 * MB),),
    reset_status="resetting",
    date_updated=ago(2 * D),
)


def test_findings_come_by_severity_then_in_the_order_of_the_rules():
    """
    Critical stands before warning before info, each in the order of the rules.
    """
    findings = diagnose(WRECKED, LIMITS)

    expected = sorted(findings, key=lambda f: (-f.severity, ORDER.index(f.rule)))
    assert expected == list(findings)
    assert len({finding.severity for finding in findings}) == 3


def test_a_sim_that_may_not_connect_explains_its_sessions():
    """
    With a SIM that is not active, rules about sessions say no more than info.
    """
    changes = {"status": "deactivated", "reset_status": "resetting", "date_updated": ago(2 * D)}
    sim = WRECKED.sim.model_copy(update=changes)
    explained = replace(WRECKED, sim=sim)

    grave = [(rule, word) for rule, word in verdict(explained) if word != "info"]
    assert [
        ("sim_not_active", "critical"),
        ("cancel_countdown", "critical"),
        ("imei_changed", "critical"),
        ("plan_blocks_data", "critical"),
        ("data_limit", "critical"),
        ("reset_pending", "warning"),
    ] == grave
    demoted = {rule for rule, word in verdict(explained) if word == "info"}
    assert {"ghost_session", "flapping", "attach_without_data", "country_changed"} <= demoted


def test_the_rules_that_are_never_demoted():
    """
    What is about the SIM and its plan is not explained by the SIM's state, nor is theft.
    """
    assert {
        "sim_not_active",
        "cancel_countdown",
        "change_stuck",
        "reset_pending",
        "ready_will_bill",
        "plan_blocks_data",
        "data_limit",
        "imei_changed",
    } == {each.name for each in all_rules() if not each.about.demoted}


def _names(template):
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


@pytest.mark.parametrize("finding", diagnose(WRECKED, LIMITS), ids=lambda finding: finding.rule)
def test_sentences_are_made_of_the_evidence(finding):
    """
    Each name in a finding's sentence is in its evidence and known; title and next step have none.
    """
    assert _names(finding.says) <= {k for k, v in finding.evidence.items() if v is not None}
    assert set() == _names(finding.title) | _names(finding.next_step)
    assert (
        finding.severity in next(r for r in all_rules() if r.name == finding.rule).about.severities
    )
    assert finding.source


@pytest.mark.parametrize("each", all_rules(), ids=lambda each: each.name)
def test_each_rule_says_when_it_fires_and_who_says_so(each):
    """
    A rule's own words name its thresholds and no others, so that lists of rules can be filled in.
    """
    assert _names(each.about.fires) <= set(each.about.thresholds) <= set(defaults())
    assert each.about.severities
    assert each.about.source


@rule(About(fires="never well", severities=(Severity.INFO,)))
def breaks_half_way(evidence, limits):
    yield Finding("breaks_half_way", Severity.INFO, "half", "half", "none", "none")
    raise ZeroDivisionError


@rule(About(fires="always", severities=(Severity.INFO,)))
def speaks(evidence, limits):
    yield Finding("speaks", Severity.INFO, "spoken", "spoken", "none", "none")


def test_a_rule_that_breaks_is_logged_counted_and_skipped(monkeypatch, caplog):
    """
    One broken rule costs the answer nothing but its own findings.
    """
    monkeypatch.setattr(engine, "all_rules", lambda: (breaks_half_way, speaks))
    broken = []
    with caplog.at_level(logging.ERROR):
        findings = diagnose(evidence(still_open(H)), LIMITS, broken.append)

    assert ["speaks"] == [finding.rule for finding in findings]
    assert ["breaks_half_way"] == broken
    assert ["rule-broke"] == [record.message for record in caplog.records]


def test_places_follow_the_order():
    """
    Rules stand in the order that is written down, each once.
    """
    assert list(ORDER) == sorted(ORDER, key=place)
    assert len(ORDER) == len(set(ORDER))


def test_the_sim_is_told_first_and_health_last():
    """
    From the SIM's own state down to the application.
    """
    assert ("sim_not_active", "healthy") == (ORDER[0], ORDER[-1])


def test_a_rule_that_is_not_listed_comes_last():
    """
    Whoever adds a rule need not touch another file.
    """
    assert ["healthy", "a_new_rule", "b_new_rule"] == sorted(
        ["b_new_rule", "healthy", "a_new_rule"], key=place
    )
