"""A subscription as it is kept."""

import json
from dataclasses import replace
from datetime import time, timedelta

import pytest

from bot.digests.cadence import Cadence, Every
from bot.digests.dues import QuietHours
from bot.digests.selection import Listed, Selection, Which
from bot.digests.stored import from_row, to_row
from bot.digests.subscription import GRACE, WhenQuiet, Why
from tests.bot.digests.subscriptions import PUMPS, subscription


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"paused": Why.ARCHIVED},
        {"when_quiet": WhenQuiet.SKIP, "quiet_hours": QuietHours(time(22), time(7))},
        {"cadence": Cadence(Every.CRON, line="0 9 1 * *"), "grace": timedelta(minutes=5)},
        {"selection": Selection(Which.LISTED, listed=(Listed("DE1", "pömp"),))},
    ],
    ids=str,
)
def test_it_comes_back_as_it_was(changes):
    """
    Nothing is lost on the way to the store and back.
    """
    before = subscription(**changes)

    assert before == from_row(to_row(before))


def test_its_name_is_found_however_it_is_spelt():
    """
    Two spellings of one name are one name.
    """
    keys = {to_row(subscription(name=name)).name_key for name in ("Pumps", "PUMPS", " pumps ")}

    assert {"pumps"} == keys


def test_a_row_of_an_older_version():
    """
    What was not kept then has its usual value now.
    """
    details = {"selection": {"which": "all"}, "cadence": {"every": "day"}, "new": "thing"}
    read = from_row(replace(to_row(PUMPS), details=json.dumps(details), paused="by the moon"))

    assert Selection(Which.ALL) == read.selection
    assert ("UTC", None, WhenQuiet.LINE, GRACE) == (
        read.zone, read.quiet_hours, read.when_quiet, read.grace,
    )  # fmt: skip
    assert Why.ASKED is read.paused
