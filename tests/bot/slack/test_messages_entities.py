"""Work Objects that messages carry."""

from bot.struct import replace
from tests.bot.slack.conftest import To
from tests.bot.slack.test_messages import FOLDED, delivery, fallback, progress, saying

__all__ = ["delivery", "fallback", "progress"]

ENTITY = {
    "entity_type": "slack#/entities/item",
    "url": "https://console.example.com/sims/DE1",
    "external_ref": {"id": "DE1", "type": "sim"},
    "entity_payload": {"attributes": {"title": {"text": "pump-7"}}},
}
OTHER = ENTITY | {"entity_payload": {"attributes": {"title": {"text": "pump-8"}}}}


async def test_an_edit_keeps_entities_only_while_they_hold(progress, slack):
    """Slack documents none for edits: what is the same is left as it is, else the mark is all."""
    message = progress.begin(To(), in_channel=True)
    carried = []
    for words, entities in (("one", (ENTITY,)), ("two", (ENTITY,)), ("three", (OTHER,))):
        await message.finish(replace(saying(words), entities=entities))
        (shown,) = slack.seen_by("ana")
        carried.append((shown.text, shown.metadata["event_type"], shown.metadata.get("entities")))

    mark = "simsessions_post"
    assert [("one", mark, [ENTITY]), ("two", mark, [ENTITY]), ("three", mark, None)] == carried


async def test_plainer_blocks_carry_the_same_entities(delivery, slack):
    """A workspace that refuses a newer block may well take Work Objects."""
    slack.workspace.unknown_blocks.add("container")
    await delivery.deliver(To(), replace(FOLDED, entities=(ENTITY,)), in_channel=True)
    (shown,) = slack.seen_by("ana")

    assert ("section", [ENTITY]) == (shown.blocks[0]["type"], shown.metadata["entities"])
