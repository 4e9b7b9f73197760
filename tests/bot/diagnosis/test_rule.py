"""Which findings the rules give, in which order, and what a rule is made of."""

import logging
import string
from pathlib import Path

import pytest

import bot.diagnosis.rules
from bot.diagnosis.rule import (
    ORDER,
    About,
    Case,
    ClosingRule,
    Finding,
    GroupRule,
    Rule,
    Severity,
    When,
    all_rules,
    cause_of,
    closing_rule,
    diagnose,
    diagnose_together,
    group_rule,
    rule,
    rule_order,
)
from bot.diagnosis.thresholds import DEFAULTS
from bot.struct import replace
from tests.bot.diagnosis.cases import (
    LIMITS,
    MB,
    D,
    H,
    a_plan,
    ago,
    closed,
    evidence,
    reports,
    starts,
    still_open,
    used,
)

ABOUT = About(title="A rule", fires="always", severities=(Severity.INFO,))


def test_severities_have_an_order_and_a_word():
    """Critical is above warning is above info, and each has the word that people read."""
    assert ["info", "warning", "critical"] == [severity.word for severity in sorted(Severity)]


def test_a_rule_is_named_after_its_function():
    """Each kind of rule keeps the function, its name, and what people are told of it."""

    def found(*_given):
        return ()

    made = [rule(ABOUT)(found), closing_rule(ABOUT)(found), group_rule(ABOUT)(found)]

    assert [Rule, ClosingRule, GroupRule] == [type(each) for each in made]
    assert {("found", ABOUT, found)} == {(each.name, each.about, each.check) for each in made}


FOLDER = Path(bot.diagnosis.rules.__file__).parent
FILES = sorted(path.stem for path in FOLDER.glob("[a-z]*.py"))


def test_each_file_is_one_rule_of_its_name():
    """Every file of the folder has one rule, named as the file, and its place in the order."""
    assert FILES == sorted(each.name for each in all_rules())
    assert FILES == sorted(ORDER)


@pytest.mark.parametrize("name", FILES)
def test_each_rule_has_its_test_of_two_tables(name):
    """Beside each rule stands a test with a table of what fires and one of what must not."""
    test = Path(__file__).parent / "rules" / f"test_{name}.py"

    assert {"FIRES", "MUST_NOT"} <= {line.split(" ")[0] for line in test.read_text().splitlines()}


EMPTY = {"packets_uploaded": 0, "packets_downloaded": 0}
WRECKED = evidence(
    still_open(
        19 * H, 18 * H, **EMPTY, operator_country="MEX", radio_link="3G", imei="35752007426533"
    ),
    *starts(*range(20 * H, 21 * H, 4), **EMPTY, cell_id="x"),
    *(closed(D * n, D - 5, packets_uploaded=90_000) for n in range(2, 9)),
    plan=a_plan(international_roaming=[], data_limit=1),
    usage=(used(2 * MB),),
    reset_status="resetting",
    date_updated=ago(2 * D),
)


def test_findings_come_by_severity_then_in_the_order_of_the_rules():
    """What stands comes first, then what is explained, each by severity and the rules' order."""
    findings = diagnose(WRECKED, LIMITS)

    expected = sorted(
        findings,
        key=lambda f: (f.when is When.OVER, not f.stands, -f.severity, ORDER.index(f.rule)),
    )
    assert expected == list(findings)
    assert len({finding.severity for finding in findings}) == 3
    assert findings[0] == cause_of(findings)


def test_a_sim_that_may_not_connect_explains_its_sessions():
    """What an inactive SIM shows stands under that, and only what stands has a next step."""
    changes = {"status": "deactivated", "reset_status": "resetting", "date_updated": ago(2 * D)}
    findings = diagnose(replace(WRECKED, sim=WRECKED.sim.model_copy(update=changes)), LIMITS)

    explained = {f.rule for f in findings if f.explained_by == "sim_not_active"}
    assert {"cancel_countdown", "ghost_session", "attach_without_data"} <= explained
    assert {"imei_changed", "reset_pending"} & explained == set()
    assert [finding.stands for finding in findings] == [bool(f.next_step) for f in findings]


def usual(until, **changes):
    """Return twenty days of hourly sessions with 200 packets up and down each."""
    return reports(H, until, 20, **{"packets_uploaded": 200, "packets_downloaded": 200} | changes)


FEW, MANY = ({"packets_uploaded": n, "packets_downloaded": n} for n in (9, 9000))
ONE_CAUSE = [
    (
        "tries without an answer are much traffic",
        reports(30, 5, 0.9, lasting=2, packets_uploaded=9000, packets_downloaded=0),
        ("uplink_only", "usage_spike"),
    ),
    (
        "another device sends more",
        reports(H, 30, 0.9, **MANY, imei="357520074265336"),
        ("imei_changed", "usage_spike"),
    ),
    (
        "another device knows older radios only",
        reports(H, 30, 0.9, radio_link="UMTS", imei="357520074265336"),
        ("imei_changed", "radio_fallback"),
    ),
    (
        "another country has older radios",
        reports(H, 30, 0.9, radio_link="UMTS", operator_country="MEX"),
        ("country_changed", "radio_fallback"),
    ),
    (
        "an older radio carries less",
        reports(H, 30, 1.1, **FEW, radio_link="GPRS"),
        ("radio_fallback", "degraded"),
    ),
]


@pytest.mark.parametrize(("why", "since", "pair"), ONE_CAUSE)
def test_what_follows_from_another_finding_has_no_step_of_its_own(why, since, pair):
    """Of two warnings that one event brings, the event alone says what to do."""
    findings = diagnose(evidence(*since, *usual(30 * H)), LIMITS)

    grave = {f.rule: f.explained_by for f in findings if f.severity > Severity.INFO}
    assert grave[pair[1]] == pair[0], why
    assert [pair[0]] == [name for name, reason in grave.items() if reason is None], why


def a_finding(name, severity=Severity.WARNING, **changes):
    return Finding(name, severity, "title", "says", "step", "source", **changes)


CAUSES = [
    ("nothing was found", (), None),
    ("a mere remark", (a_finding("x", Severity.INFO),), None),
    ("the first that stands", (a_finding("x"), a_finding("y")), "x"),
    ("all is over", (a_finding("x", when=When.OVER),), None),
    (
        "a remark that explains more",
        (a_finding("x", Severity.INFO), a_finding("y", explained_by="x")),
        "x",
    ),
]


@pytest.mark.parametrize(("why", "findings", "rule"), CAUSES, ids=[why for why, *_ in CAUSES])
def test_the_cause(why, findings, rule):
    """The cause is the first finding that stands, if it is grave or explains what is."""
    cause = cause_of(findings)

    assert rule == (cause and cause.rule)


CHAINS = [
    ("no finding", Severity.WARNING, {}, "reset_pending"),
    ("a remark that explains by itself", Severity.INFO, {"explains": True}, "reset_pending"),
    ("a mere remark", Severity.INFO, {}, None),
    ("one that does not explain", Severity.WARNING, {"explains": False}, None),
    ("one that is over", Severity.WARNING, {"when": When.OVER}, None),
]


@pytest.mark.parametrize(("why", "severity", "changes", "reason"), CHAINS)
def test_what_explains(why, severity, changes, reason):
    """A finding explains what its rule names unless it is over, a remark, or says otherwise."""
    ghost, reset = a_finding("ghost_session"), a_finding("reset_pending", severity, **changes)
    (told,) = diagnose_together([Case("DE", None, (ghost, reset))], LIMITS)

    explained = {finding.rule: finding.explained_by for finding in told}
    assert {"ghost_session": reason, "reset_pending": None} == explained, why


def test_nothing_explains_itself():
    """Each rule explains existing ones, and none stands under itself, however long the chain."""
    below = {each.name: set(each.about.explains) for each in all_rules()}
    for _ in below:
        below = {
            name: found.union(*(below[each] for each in found)) for name, found in below.items()
        }

    assert set().union(*below.values()) <= set(ORDER)
    assert [] == [name for name, found in below.items() if name in found]


def _names(template):
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


@pytest.mark.parametrize("finding", diagnose(WRECKED, LIMITS), ids=lambda finding: finding.rule)
def test_sentences_are_made_of_the_evidence(finding):
    """Names in a finding's sentence are in its evidence and known; title and next step don't."""
    assert _names(finding.says) <= {k for k, v in finding.evidence.items() if v is not None}
    assert set() == _names(finding.title) | _names(finding.next_step or "")
    assert (
        finding.severity in next(r for r in all_rules() if r.name == finding.rule).about.severities
    )
    assert finding.source


@pytest.mark.parametrize("each", all_rules(), ids=lambda each: each.name)
def test_each_rule_says_when_it_fires_and_who_says_so(each):
    """A rule's own words name its thresholds and no others, so that lists of them can be filled."""
    assert _names(each.about.fires) <= set(each.about.thresholds) <= set(DEFAULTS.sources)
    assert each.about.severities
    assert each.about.source


@rule(About(title="A rule", fires="never well", severities=(Severity.INFO,)))
def breaks_half_way(evidence, limits):
    yield Finding("breaks_half_way", Severity.INFO, "half", "half", "none", "none")
    raise ZeroDivisionError


@rule(About(title="A rule", fires="always", severities=(Severity.INFO,)))
def speaks(evidence, limits):
    yield Finding("speaks", Severity.INFO, "spoken", "spoken", "none", "none")


def test_a_rule_that_breaks_is_logged_counted_and_skipped(monkeypatch, caplog):
    """One broken rule costs the answer nothing but its own findings."""
    every = (breaks_half_way, speaks)
    monkeypatch.setattr(
        "bot.diagnosis.rule.rules_of", lambda kind: [r for r in every if isinstance(r, kind)]
    )
    broken = []
    with caplog.at_level(logging.ERROR):
        findings = diagnose(evidence(still_open(H)), LIMITS, broken.append)

    assert ["speaks"] == [finding.rule for finding in findings]
    assert ["breaks_half_way"] == broken
    assert ["rule-broke"] == [record.message for record in caplog.records]


def test_places_follow_the_order():
    """Rules stand in the order that is written down, each once."""
    assert list(ORDER) == sorted(ORDER, key=rule_order)
    assert len(ORDER) == len(set(ORDER))


def test_the_sim_is_told_first_and_health_last():
    """From the SIM's own state down to the application."""
    assert ("sim_not_active", "healthy") == (ORDER[0], ORDER[-1])


def test_a_rule_that_is_not_listed_comes_last():
    """Whoever adds a rule need not touch another file."""
    assert ["healthy", "a_new_rule", "b_new_rule"] == sorted(
        ["b_new_rule", "healthy", "a_new_rule"], key=rule_order
    )
