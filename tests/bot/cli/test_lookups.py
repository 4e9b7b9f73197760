"""Many look-ups at once: bounded, in order, small, and told step by step."""

from dataclasses import dataclass

from bot.cli.lookups import open_fleet
from bot.clock import SystemClock
from bot.demo.stories.story import all_stories
from bot.sessions.lookup import AT_ONCE
from bot.sessions.report import SessionReport
from bot.settings import Need, load_settings


@dataclass
class Counter:
    """Counts calls."""

    calls: int = 0

    def __call__(self) -> None:
        self.calls += 1


async def test_answers_come_in_the_order_asked(kore):
    """More SIMs than are asked for at once are all answered, each in its place, each told."""
    names = [story.name for story in all_stories()]
    asked = [*names, "no-such-sim", *reversed(names)]
    done = Counter()
    settings = load_settings(kore.settings, None, need=Need.KORE)
    async with open_fleet(settings, SystemClock()) as (service, _, _):
        answers = await service.look_up_many(asked, newest_only=True, done=done)
    told = [a.query if isinstance(a, SessionReport) else "no-such-sim" for a in answers]

    assert len(asked) > AT_ONCE
    assert asked == told
    assert len(asked) == done.calls


async def test_only_the_newest_session_stays(kore):
    """A report keeps one session, and the summary of all."""
    settings = load_settings(kore.settings, None, need=Need.KORE)
    async with open_fleet(settings, SystemClock()) as (service, _, _):
        (report,) = await service.look_up_many(["truck-42"], newest_only=True)

    assert isinstance(report, SessionReport)
    assert report.sessions is not None
    assert report.summary is not None
    assert 1 == len(report.sessions) < report.summary.sessions


async def test_several_sims_share_what_they_have_in_common(kore):
    """
    An outage that shows only over several SIMs stands in the findings of each that it concerns.
    """
    story = next(s for s in all_stories() if ("common_outage", "critical") in s.findings)
    settings = load_settings(kore.settings, None, need=Need.KORE)
    async with open_fleet(settings, SystemClock()) as (service, _, _):
        (report, *_) = await service.look_up_many([story.name, *story.asked_with])

    assert "common_outage" in {finding.rule for finding in report.findings}
