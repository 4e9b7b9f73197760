"""What a newcomer can try with one click."""

from collections.abc import Sequence
from datetime import datetime

from bot.demo.stories.story import Story
from bot.emulators.slack.wire import Json

COMMAND = "/simsessions"
FAVOURITE = "truck-42"
SUPER_SIM = "HS0123456789abcdef0123456789abcdef"


def groups(stories: Sequence[Story], now: datetime) -> list[Json]:
    """Return titled groups of examples, each a text to type and what it shows."""
    about = [_example("help", "What the bot can do")]
    told = sorted(stories, key=lambda story: story.title)
    favourite = next((story for story in told if story.name == FAVOURITE), None)
    if favourite is not None:
        about = [*_ways_to_name(favourite, now), *about]
    listed = [_example(_typed(story), story.title) | {"sim": story.name} for story in told]
    note = "Each SIM of the sandbox has a story; the verdict should find it."
    return [
        {"title": "Try these", "examples": about},
        *([{"title": "Stories", "note": note, "examples": listed}] if listed else []),
    ]


def _ways_to_name(story: Story, now: datetime) -> list[Json]:
    sim = story.sim(now)
    return [
        _example(story.name, "A SIM by its name"),
        _example(str(sim["sid"]), "By its SID"),
        _example(_spaced(str(sim["iccid"])), "By its ICCID, pasted with spaces"),
        _example(f"history {story.name} 7", "A week of its sessions"),
        _example(story.name[:1] + story.name[2:], "A name misspelt"),
        _example(SUPER_SIM, "A Super SIM, which has no data sessions"),
        _example("8901 2600 1234", "Too few digits for an ICCID"),
        _example("???", "Nothing that could be a SIM"),
    ]


def _example(typed: str, title: str) -> Json:
    return {"text": f"{COMMAND} {typed}", "title": title}


def _spaced(iccid: str) -> str:
    return " ".join(iccid[at : at + 4] for at in range(0, len(iccid), 4))


def _typed(story: Story) -> str:
    """Return what shows a story: its SIM, or all that must be asked for together."""
    return " ".join((story.name, *story.asked_with))
