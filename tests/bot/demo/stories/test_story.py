import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.demo import stories
from bot.demo.stories.story import Story, all_stories
from bot.diagnosis.evidence import State
from bot.diagnosis.rule import all_rules
from bot.diagnosis.thresholds import Thresholds
from bot.emulators.kore.api import KoreApi
from bot.emulators.kore.cards import moment_of
from bot.sessions.lookup import SessionLookup
from bot.sessions.report import SessionReport
from bot.sims.directory import SimDirectory
from bot.sims.resolver import SimResolver
from tests.builders import NOON
from tests.fakes import FakeClock
from tests.kore_rig import kore_client

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


def test_a_story_can_be_typed():
    """What a story is called names its SIM, and those asked for with it are in it."""
    for name, story in STORIES.items():
        names = [sim["unique_name"] for sim in sims(story)]

        assert name == names[0]
        assert set(story.asked_with) <= set(names[1:]), name
        assert story.title[0].isupper(), name
        assert not story.title.endswith("."), name


@pytest.mark.parametrize("later", [timedelta(0), timedelta(minutes=59), timedelta(days=400)])
def test_nothing_lies_ahead(later: timedelta):
    """A story tells of the past: no time in it is later than the one it is told at."""
    now = NOON + later
    for name, story in STORIES.items():
        rows = [story.sim(now), *story.sessions(now)]
        times = [moment_of(value) for row in rows for value in row.values() if is_time(value)]

        assert all(time <= now for time in times), name


def test_sessions_are_of_their_sim():
    """Every session names the SIM that it is of."""
    for name, story in STORIES.items():
        assert {story.sim(NOON)["sid"]} >= {row["sim_sid"] for row in story.sessions(NOON)}, name


def is_time(value: object) -> bool:
    return isinstance(value, str) and value[10:11] == "T" and isinstance(moment_of(value), datetime)


MOMENTS = (
    datetime(2026, 1, 5, 12, 0, 0, tzinfo=UTC),
    datetime(2026, 3, 1, 0, 0, 59, tzinfo=UTC),
    datetime(2027, 12, 31, 23, 59, 59, tzinfo=UTC),
    datetime(2028, 2, 29, 6, 31, 7, tzinfo=UTC),
)


@asynccontextmanager
async def asking(moment: datetime) -> AsyncIterator[SessionLookup]:
    """Return the real look-up, over the real client, before the stand-in at a moment."""
    clock = FakeClock()
    clock.time = moment
    api = KoreApi(clock, stories=all_stories())
    kore = kore_client(api, clock)
    directory = SimDirectory(kore, clock)
    try:
        yield SessionLookup(kore, SimResolver(kore, directory, clock), clock, Thresholds())
    finally:
        await kore.aclose()


@pytest.mark.parametrize("moment", MOMENTS, ids=str)
async def test_each_story_comes_out_as_it_says(moment: datetime):
    """At any hour, the real client and rules make of a story its state, cause and findings."""
    async with asking(moment) as look_up:
        for name, story in STORIES.items():
            report, *_ = await look_up.look_up_many([name, *story.asked_with], fresh=True)
            assert isinstance(report, SessionReport), (name, report)
            findings = {(found.rule, found.severity.word) for found in report.findings}

            assert (story.state, story.cause, story.findings) == (
                report.state,
                report.cause and report.cause.rule,
                findings,
            ), name


async def test_a_device_that_sleeps_as_usual_rests():
    """Between its usual contacts a device rests; one that is away for longer does not."""
    async with asking(MOMENTS[0]) as look_up:
        reports = await look_up.look_up_many(list(STORIES))
    rests = {each.sim.name: each.rest for each in reports if getattr(each, "rest", None)}

    assert {"tank-8", "meter-51", "kiosk-12", "tracker-6"} == rests.keys()
    assert timedelta(days=1) <= rests["tank-8"].every < timedelta(days=1, minutes=2)
    assert rests["meter-51"].every is rests["kiosk-12"].every is None
