"""Whatever Slack can send back of what we draw, somebody listens to."""

import re

import pytest

from bot.blocks import ids
from tests.recorders import all_that_is_registered

BLOCKS = ("_ACTIONS", "_CHOICE", "_PAGES")
WINDOWS = ("_VIEW", "_FORM")
READ_ONLY = {ids.SESSION_VIEW, ids.NOTICE_VIEW}
INPUTS = {ids.PASTED, ids.DIGEST_FIELD}  # read when their window is sent off
SHORTCUTS = {ids.LOOK_UP_MESSAGE, ids.HAND_OVER}
CONSTANTS = {
    name: value
    for name, value in vars(ids).items()
    if name.isupper() and name[0] != "_" and isinstance(value, str)
}


@pytest.fixture(scope="module")
def attached():
    """What is registered, by kind."""
    return all_that_is_registered()


def actions():
    """The ids of buttons and selects."""
    names = [name for name in CONSTANTS if not name.endswith((*BLOCKS, *WINDOWS))]
    return {CONSTANTS[name] for name in names} - INPUTS - SHORTCUTS


@pytest.mark.parametrize("action", sorted(actions()))
def test_each_button_and_select_has_one_handler(attached, action):
    """
    Each is heard, numbered or not, by one listener and no more.
    """
    patterns = [p for p in attached["action"] if re.compile(p).match(action)]

    assert 1 == len(patterns)


def test_each_window_that_is_sent_off_has_its_handler(attached):
    """
    Those that are only read have none.
    """
    windows = {value for name, value in CONSTANTS.items() if name.endswith(WINDOWS)}

    assert windows - READ_ONLY == set(attached["view"])


def test_each_shortcut_has_its_handler(attached):
    """
    And none is listened to that has no id.
    """
    assert sorted(SHORTCUTS) == sorted(attached["shortcut"])
