"""No JSON that an app could send makes the checks themselves fall over."""

from copy import deepcopy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.emulators.slack.blocks.whole import blocks_faults, view_faults
from tests.bot.emulators.slack.blocks.samples import BLOCKS

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=6,
)


def paths(value, at=()):
    """Every place in a JSON value."""
    yield at
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield from paths(value[key], (*at, key))


def put(value, path, fresh):
    """A copy with something else in one place."""
    if not path:
        return fresh
    copy = deepcopy(value)
    inner = copy
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = fresh
    return copy


@pytest.mark.parametrize("name", sorted(BLOCKS))
@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_a_spoilt_block_is_judged_not_crashed_on(name, data):
    """With anything at any place of a right block the answer is a list of sentences."""
    path = data.draw(st.sampled_from(list(paths(BLOCKS[name]))))
    block = put(BLOCKS[name], path, data.draw(JSON))

    for surface in ("message", "modal"):
        assert all(isinstance(said, str) for said in blocks_faults([block], surface))


@given(view=JSON)
@settings(max_examples=40, deadline=None)
def test_any_json_as_a_view_is_judged(view):
    """Whatever comes as a view is named wrong."""
    assert view_faults(view, ("modal", "home"))
