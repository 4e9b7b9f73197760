"""A notice travels as the arguments of a job."""

import json

import pytest

from bot.watches.notices import from_args, to_args
from bot.watches.watch import Notice, NoticeKind
from tests.bot.watches.watching import NOON, a_snapshot

NOTICE = Notice(
    NoticeKind.REACHED, 3, a_snapshot("offline"), a_snapshot("online"), NOON, untold=2, why="why"
)


def test_a_notice_comes_back_as_it_was():
    """
    What is told after a restart is what was decided before it.
    """
    args = json.loads(json.dumps(to_args(NOTICE, "w1")))

    assert ("w1", NOTICE) == (args["watch"], from_args(args))


@pytest.mark.parametrize("lost", ["untold", "why"])
def test_what_an_older_build_did_not_write_is_nothing(lost):
    """
    Arguments without the newer fields are read.
    """
    args = to_args(NOTICE, "w1")
    del args[lost]

    assert from_args(args)
