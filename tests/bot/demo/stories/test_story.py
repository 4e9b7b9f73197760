import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.demo import stories
from bot.demo.stories.story import Story, all_stories
from bot.diagnosis.engine import all_rules
from bot.diagnosis.evidence import State
from bot.emulators.kore.cards import moment_of
from tests.builders import NOON

STORIES = {story.name: story for story in all_stories()}


def sims(story: Story) -> list[dict]:
    return [story.sim(NOON), *(other.sim(NOON) for other in story.others)]


def test_all_stories_are_found():
    """Each story that is written in a file of the folder is there, and no two have one name."""
    files = [path for path in Path(stories.__path__[0]).glob("*.py") if path.stem != "story"]
    written = re.compile(r"^(?:@|\w+ = )[Ss]tory\(", re.MULTILINE)
    count = sum(len(written.findall(path.read_text())) for path in files)

    assert count == len(all_stories()) == len(STORIES)
    assert {"pump-7", "truck-42", "gateway-3"} <= set(STORIES)


def test_every_rule_has_a_story():
    """There is no rule without a story that it speaks in, and no story of a rule that is not."""
    told = {rule for story in STORIES.values() for rule, _ in story.findings}

    assert {rule.name for rule in all_rules()} == told


def test_every_state_has_a_story():
    """Each of the states is the end of some story."""
    assert set(State) == {story.state for story in STORIES.values()}


def test_nobody_is_two():
    """No two SIMs of all stories share a SID, an ICCID or a unique name."""
    every = [sim for story in STORIES.values() for sim in sims(story)]
    names = [sim["unique_name"] for sim in every if sim["unique_name"]]

    assert len(every) == len({sim["sid"] for sim in every}) == len({sim["iccid"] for sim in every})
    assert len(names) == len(set(names))


@pytest.mark.parametrize("name", STORIES)
def test_a_story_can_be_typed(name: str):
    """What a story is called names its SIM, and those asked for with it are in it."""
    story = STORIES[name]
    names = [sim["unique_name"] for sim in sims(story)]

    assert name == names[0]
    assert set(story.asked_with) <= set(names[1:])
    assert story.title[0].isupper()
    assert not story.title.endswith(".")


@pytest.mark.parametrize("name", STORIES)
@pytest.mark.parametrize("later", [timedelta(0), timedelta(minutes=59), timedelta(days=400)])
def test_nothing_lies_ahead(name: str, later: timedelta):
    """A story tells of the past: no time in it is later than the one it is told at."""
    story, now = STORIES[name], NOON + later
    rows = [story.sim(now), *story.sessions(now)]
    times = [moment_of(value) for row in rows for value in row.values() if is_time(value)]

    assert all(time <= now for time in times)


@pytest.mark.parametrize("name", STORIES)
def test_sessions_are_of_their_sim(name: str):
    """Every session names the SIM that it is of."""
    story = STORIES[name]

    assert {story.sim(NOON)["sid"]} >= {row["sim_sid"] for row in story.sessions(NOON)}


def is_time(value: object) -> bool:
    return isinstance(value, str) and value[10:11] == "T" and isinstance(moment_of(value), datetime)
