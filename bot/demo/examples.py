"""What a newcomer can try with one click: texts to type, and an alert of another app."""

from collections.abc import Sequence
from datetime import datetime

from bot.demo.stories.story import Story, all_stories
from bot.emulators.slack.messages import Message
from bot.emulators.slack.people import Json
from bot.emulators.slack.workspace import Workspace

COMMAND = "/simsessions"
FAVOURITE = "truck-42"
IN_TEXT, IN_BLOCKS, IN_ATTACHMENTS = "well-1", ("well-2", "well-3"), ("truck-42", "pump-7")
SUPER_SIM = "HS0123456789abcdef0123456789abcdef"


def groups(stories: Sequence[Story], now: datetime, *, several: bool = False) -> list[Json]:
    """Return titled groups of examples, each a text to type and what it shows.

    There are `several` KORE accounts, or one.
    `now` is when the stories are told as of: what was before it stays as it was.
    """
    about = [_example("help", "What the bot can do")]
    ordered = sorted(stories, key=lambda story: story.title)
    favourite = next((story for story in ordered if story.name == FAVOURITE), None)
    if favourite is not None:
        about = [*_ways_to_name(favourite, now), *_ABOUT_MANY, *about]
    listed = [
        _example(_typed(story), story.title) | {"sims": (story.name, *story.asked_with)}
        for story in ordered
    ]
    note = "Each SIM of the sandbox has a story; the verdict should find it."
    stories_told = {"title": "Stories", "note": note, "told_at": now.timestamp()}
    both = {"title": "Two accounts", "note": _WHO_SEES, "examples": _ABOUT_TWO}
    return [
        *([both] if several else []),
        {"title": "Try these", "examples": about},
        *([stories_told | {"examples": listed}] if listed else []),
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


_ABOUT_MANY = (
    _example("pump-*", "All SIMs of a name pattern"),
    _example("offline on Telcel", "Which of all SIMs are offline"),
    _example("top 5", "Which are the busiest"),
    _example("alert add", "Tell this channel when SIMs go down"),
    _example("alert listen on", "Look into other apps' alerts here"),
)


_WHO_SEES = "Chloé sees only Acme's SIMs; everybody in #partner-shared sees only Globex's."
_ABOUT_TWO = (
    _example("pump-7", "A name that both accounts have"),
    _example("globex/pump-7", "Globex's SIM of that name"),
    _example("reefer-3", "A SIM that only Globex has"),
    _example("account", "Which account a name means here"),
    _example("offline", "Which SIMs of both are offline"),
)


def _spaced(iccid: str) -> str:
    return " ".join(iccid[at : at + 4] for at in range(0, len(iccid), 4))


def _typed(story: Story) -> str:
    """Return what shows a story: its SIM, or all that must be asked for together."""
    return " ".join((story.name, *story.asked_with))


async def post_alert(workspace: Workspace, channel: str) -> Message:
    """Post it as Grafana would: five SIMs, two of them by their SID or ICCID."""
    now = workspace.clock.now()
    rows = {story.name: story.sim(now) for story in all_stories()}
    truck, pump = (rows[name] for name in IN_ATTACHMENTS)
    listed = "\n".join(f"• `{name}` has not reported for 15 min" for name in IN_BLOCKS)
    return await workspace.alert(
        channel,
        f"[FIRING:5] SIMs without data: {IN_TEXT} and 4 more",
        blocks=[
            _section(f":rotating_light: *[FIRING:5] SIMs without data*\n{IN_TEXT} and 4 more"),
            _section(listed),
        ],
        attachments=[
            {
                "color": "#d0342c",
                "fallback": "Labels of the alert",
                "title": "Labels",
                "text": "alertname = SimSilent",
                "fields": [
                    {"title": "sim_sid", "value": truck["sid"], "short": False},
                    {"title": "iccid", "value": pump["iccid"], "short": True},
                ],
            }
        ],
    )


def _section(text: str) -> Json:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}
