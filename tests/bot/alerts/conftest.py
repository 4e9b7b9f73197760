"""What the tests of alerts share."""

import pytest

from tests.bot.alerts.alert_builders import Day


@pytest.fixture
def day():
    """Return an alert's day whose first scan found all well."""
    made = Day()
    made.scan(0)
    return made
