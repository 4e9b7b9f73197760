"""Every story of the sandbox, asked for in Slack."""

import json
import logging

from bot.blocks.findings import fill_evidence
from bot.blocks.format import MRKDWN
from bot.demo.stories.story import all_stories
from bot.diagnosis.evidence import State

STATES = {
    State.BLOCKED: "cannot connect",
    State.NEVER_SEEN: "no connection in 30 days",
    State.STALE: "sent no update",
}


async def test_each_story_is_answered_with_its_verdict_and_history(whole, caplog):
    """The answer says the state, a window all findings; the history counts; Slack takes all."""
    caplog.set_level(logging.WARNING)
    stories = all_stories()
    lacking = {story.name: await lacks(whole, story) for story in stories}

    assert len(stories) > 30
    assert {} == {name: words for name, words in lacking.items() if words}
    assert [] == [record.message for record in caplog.records if "refused" in record.message]


async def lacks(whole, story):
    """What the asker should read of a story, and does not."""
    await whole.type(story.name)
    answer = whole.answer()
    await whole.click(answer, "How we know")
    verdict = read(answer) + json.dumps(whole.slack.workspace.snapshot("ana")["view"])
    await whole.slack.workspace.close_view("U0ANA0001")
    await whole.type(f"history {story.name}")
    history = read(whole.answer())
    report = await whole.view.sessions.look_up(story.name)
    titles = {fill_evidence(finding.title, finding, MRKDWN) for finding in report.findings}
    state = STATES.get(story.state, story.state.value.replace("_", " "))
    told = {state, *titles} | set(of_story(story))
    return {words for words in told if words not in verdict} | {
        words for words in counted(report) if words not in history
    }


def of_story(story):
    """The rules that must have fired; what several SIMs have in common shows only together."""
    return () if story.asked_with else (rule for rule, _ in story.findings)


def counted(report):
    """How the history begins."""
    if report.sessions is None:
        return ["could not be read"]
    number = f"{len(report.sessions):,}".replace(",", "\u202f")
    return [f"had {number} session" if report.sessions else "had no session"]


def read(message):
    """All that stands in a message, as text."""
    return json.dumps([message.text, *message.blocks], ensure_ascii=False)


async def test_one_of_several_that_fell_silent_is_compared_with_those_called_alike(whole):
    """On a fresh start nothing is known of the other wells: they are looked at, and none is reset.

    What comes too late for the answer brings it up to date.
    """
    report = await whole.view.sessions.look_up("well-2", patience=30)

    assert report.cause.rule == "common_outage"
    assert "do not reset" in report.cause.next_step
