"""What a newcomer is offered to try."""

from datetime import UTC, datetime

import pytest

from bot.demo.examples import SUPER_SIM, groups
from bot.demo.stories.story import all_stories
from bot.errors import NotASim, SuperSim
from bot.sims.identifier import IdentifierKind, identify

NOW = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)


def typed(group):
    """What stands after the command."""
    return [example["text"].removeprefix("/simsessions ") for example in group["examples"]]


def test_every_story_is_offered_with_its_title():
    """Each story of the sandbox can be tried with one click, and says what it is about."""
    stories = all_stories()
    titles = [example["title"] for example in groups(stories, NOW)[1]["examples"]]

    told = sorted(stories, key=lambda story: story.title)
    assert all(title.startswith(story.title) for story, title in zip(told, titles, strict=True))


def test_a_story_of_several_sims_says_how_to_ask_for_them():
    """What shows only over several SIMs is asked for all of them, and the table says it."""
    examples = groups(all_stories(), NOW)[1]["examples"]
    story = next(story for story in all_stories() if story.asked_with)
    (example,) = [each for each in examples if each["sims"][0] == story.name]

    assert " ".join(("/simsessions", story.name, *story.asked_with)) == example["text"]


def test_the_ways_to_name_a_sim_are_all_there():
    """A name, a SID, an ICCID with spaces, a Super SIM and rubbish: each is read as such."""
    name, sid, iccid, _, misspelt, super_sim, _, rubbish, *_ = typed(groups(all_stories(), NOW)[0])

    assert [IdentifierKind.NAME, IdentifierKind.SID, IdentifierKind.ICCID, IdentifierKind.NAME] == [
        identify(text).kind for text in (name, sid, iccid, misspelt)
    ]
    assert " " in iccid
    assert misspelt != name
    assert SUPER_SIM == super_sim
    with pytest.raises(SuperSim):
        identify(super_sim)
    with pytest.raises(NotASim):
        identify(rubbish)


def test_without_stories_there_is_help():
    """A workspace without a fleet still offers help."""
    assert [["help"]] == [typed(group) for group in groups((), NOW)]


def test_each_story_names_its_sim():
    """Beside a story the page can let something happen to its SIM; other examples name none."""
    stories = all_stories()
    examples = [one for group in groups(stories, NOW) for one in group["examples"]]

    assert {story.name for story in stories} == {
        one["sims"][0] for one in examples if "sims" in one
    }
