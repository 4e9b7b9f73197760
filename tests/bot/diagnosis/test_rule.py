from bot.diagnosis.rule import (
    About,
    ClosingRule,
    GroupRule,
    Rule,
    Severity,
    closing_rule,
    group_rule,
    rule,
)

ABOUT = About(fires="always", severities=(Severity.INFO,))


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
