from datetime import timedelta

import pytest

from bot.diagnosis.thresholds import DEFAULTS, OURS, Thresholds
from bot.struct import replace
from tests.bot.diagnosis.cases import LIMITS


def test_every_threshold_says_whose_it_is():
    """Each threshold has a source, a vendor's or our own."""
    assert set(Thresholds.__struct_fields__) == set(DEFAULTS.sources)
    assert all(DEFAULTS.sources.values())


@pytest.mark.parametrize(
    ("name", "vendor"),
    [
        ("stale_after", "Andrews"),
        ("ghost_critical_after", "Soracom"),
        ("flapping_starts", "Verizon"),
        ("flapping_starts_critical", "Particle"),
        ("data_limit_percent", "emnify"),
        ("silent_after", OURS),
    ],
)
def test_vendors_are_named(name, vendor):
    """A vendor's number is told as the vendor's, ours as ours."""
    assert LIMITS.sources[name].startswith(vendor)


def test_a_changed_threshold_is_no_vendors():
    """Whoever sets another number cannot hide behind the vendor."""
    changed = replace(LIMITS, flapping_starts=9, silent_after=timedelta(days=3))

    assert {"set for this bot"} == {changed.sources[n] for n in ("flapping_starts", "silent_after")}
