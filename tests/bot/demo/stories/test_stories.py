from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from bot.demo.stories.story import Story, all_stories
from bot.diagnosis.thresholds import Thresholds
from bot.emulators.kore.api import TOKEN_PATH, KoreApi
from bot.kore.connect import KoreConfig, open_kore
from bot.sessions.lookup import SessionLookup
from bot.sessions.report import SessionReport
from bot.sims.directory import SimDirectory
from bot.sims.resolver import SimResolver
from tests.fakes import FakeClock

STORIES = {story.name: story for story in all_stories()}
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
    config = KoreConfig(
        api_url="http://kore.test",
        token_url=f"http://kore.test{TOKEN_PATH}",
        client_id=api.client_id,
        client_secret=api.client_secret,
    )
    kore = open_kore(config, clock, transport=httpx.ASGITransport(api.app))
    directory = SimDirectory(kore, clock)
    try:
        yield SessionLookup(kore, SimResolver(kore, directory, clock), clock, Thresholds())
    finally:
        await kore.aclose()


async def told(story: Story, moment: datetime) -> SessionReport:
    async with asking(moment) as look_up:
        report, *_ = await look_up.look_up_many([story.name, *story.asked_with], fresh=True)
    assert isinstance(report, SessionReport), report
    return report


@pytest.mark.parametrize("moment", MOMENTS, ids=str)
@pytest.mark.parametrize("name", STORIES)
async def test_each_story_comes_out_as_it_says(name: str, moment: datetime):
    """At any hour, the real client and rules make of a story its state, cause and findings."""
    story = STORIES[name]

    report = await told(story, moment)

    assert story.state == report.state
    assert story.cause == (report.cause and report.cause.rule)
    assert story.findings == {(found.rule, found.severity.word) for found in report.findings}


async def test_a_device_that_sleeps_as_usual_rests():
    """Between its usual contacts a device rests; one that is away for longer does not."""
    async with asking(MOMENTS[0]) as look_up:
        reports = await look_up.look_up_many(list(STORIES))
    rests = {each.sim.name: each.rest for each in reports if getattr(each, "rest", None)}

    assert {"tank-8", "meter-51", "kiosk-12", "tracker-6"} == rests.keys()
    assert timedelta(days=1) <= rests["tank-8"].every < timedelta(days=1, minutes=2)
    assert rests["meter-51"].every is rests["kiosk-12"].every is None
