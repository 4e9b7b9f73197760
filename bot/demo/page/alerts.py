"""The alert that another app raises on the page: SIMs named in its text, blocks and attachments."""

from bot.demo.stories.story import all_stories
from bot.emulators.slack.messages import Message
from bot.emulators.slack.wire import Json
from bot.emulators.slack.workspace import Workspace

IN_TEXT, IN_BLOCKS, IN_ATTACHMENTS = "well-1", ("well-2", "well-3"), ("truck-42", "pump-7")


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
