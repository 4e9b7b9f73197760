"""A digest as a value."""

from datetime import timedelta

import pytest

from bot.digests.digest import (
    ChangeGroup,
    Digest,
    MissedRun,
    NetworkOutage,
    SimChange,
    SimSample,
    SimSummary,
)
from bot.sessions.snapshot import ChangeKind
from bot.struct import replace
from tests.bot.blocks.digests import QUIET, a_digest
from tests.builders import NOON


def test_a_digest_is_stored_and_read():
    """What is made is what is posted, also after a crash."""
    digest = a_digest()

    assert digest == Digest.from_json(digest.to_json())
    assert digest == Digest.from_json(digest.to_json().decode())


def test_what_another_version_stored_is_read():
    """Fields that are not known are left out, fields that are missing have their default."""
    stored = QUIET.to_json().decode()

    assert QUIET == Digest.from_json(stored.replace("{", '{"later":1,', 1))


@pytest.mark.parametrize("stored", ["", "{}", "[]", '{"counts":5}'])
def test_what_is_no_digest_is_refused(stored):
    """What cannot be read is an error, never an empty digest."""
    with pytest.raises(ValueError, match="Digest"):
        Digest.from_json(stored)


def test_nothing_new_is_quiet():
    """A digest in which nothing changed is quiet, however bad the fleet is."""
    assert QUIET.is_quiet
    assert replace(QUIET, worst=SimSample(3)).is_quiet


@pytest.mark.parametrize(
    "news",
    [
        {
            "changes": (
                ChangeGroup(
                    ChangeKind.CAME_BACK, 1, (SimChange(SimSummary("DE1", "a"), "x", "y"),)
                ),
            )
        },
        {"new": SimSample(1)},
        {"gone": SimSample(1)},
        {"outages": (NetworkOutage("334-20", None, 3, NOON, NOON),)},
        {"missed": (MissedRun(NOON, "I was not running."),)},
        {"missing": ("pump-9",)},
        {"problem": "KORE is not answering."},
        {"since": None},
        {"counts": {"online": 7, "failed": 3}},
    ],
)
def test_news_is_not_quiet(news):
    """Whatever somebody must read is never kept back, and the first digest neither."""
    assert not replace(QUIET, **news).is_quiet


@pytest.mark.parametrize(
    ("failed", "unreliable"), [(0, False), (1, False), (20, False), (21, True), (100, True)]
)
def test_too_many_failures(failed, unreliable):
    """More than a fifth that could not be read makes the rest unreliable."""
    counts = {"online": 100 - failed, "failed": failed}

    assert unreliable == replace(QUIET, counts=counts).is_unreliable


def test_sims_are_counted():
    """A digest is about all its SIMs, also those that could not be read."""
    digest = replace(QUIET, counts={"online": 2, "failed": 3}, due=NOON + timedelta(days=1))

    assert (5, 3) == (digest.sims, digest.failed)


def test_a_digest_of_an_older_version_keeps_why_it_is_redacted():
    """The field was called `left_out`; a name that reads like it stays a name."""
    digest = replace(QUIET, redacted="For guests.", name='"left_out":"x')
    older = digest.to_json().replace(b'"redacted":"', b'"left_out":"')

    assert digest == Digest.from_json(older)
