"""Help made from the registry."""

from datetime import timedelta

import pytest

from bot.blocks.format import count
from bot.blocks.help import HelpEntry, help_screen, limit_text, rule_text, rules_screen
from bot.diagnosis.rule import all_rules
from bot.diagnosis.thresholds import Thresholds
from tests.bot.blocks.reports import RUNGS, faults, words

ENTRIES = (
    HelpEntry("/simsessions <sim>", "its last session", ("/simsessions pump-7",)),
    HelpEntry("/simsessions help", "this"),
)


def test_help_lists_what_can_be_typed():
    """Every entry stands with its use and examples to copy, however many there are."""
    drawn = help_screen(ENTRIES)
    text = "\n".join(words(drawn.blocks))

    assert "`/simsessions &lt;sim&gt;`  its last session" in text
    assert "*Try:* `/simsessions pump-7`" in text
    assert [] == faults(drawn)

    many = [HelpEntry(f"/simsessions sub{n} " + "x" * 200, "y" * 400) for n in range(100)]

    assert [] == faults(help_screen(many))

    assert [] == faults(help_screen([]))


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
