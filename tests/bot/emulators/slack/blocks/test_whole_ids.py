"""Ids that Slack adds to blocks and elements."""

from bot.emulators.slack.blocks.whole import elements, flat, named
from bot.emulators.slack.people import Ids
from tests.bot.emulators.slack.blocks.samples import BLOCKS, BUTTON, CARD

BARE = {key: value for key, value in BUTTON.items() if key != "action_id"}


def test_every_block_gets_an_id():
    """Also blocks inside of containers and carousels, each its own."""
    blocks = named([BLOCKS["container"], BLOCKS["carousel"], BLOCKS["divider"]], Ids())

    ids = [block["block_id"] for block in flat(blocks)]
    assert 6 == len(ids) == len(set(ids))


def test_every_element_gets_an_id():
    """In actions, sections, inputs and cards, at any depth."""
    card = CARD | {"actions": [BARE]}
    section = {"type": "section", "accessory": BARE}
    blocks = named(
        [
            {"type": "actions", "elements": [BARE, BARE]},
            {"type": "carousel", "elements": [card]},
            {"type": "container", "child_blocks": [section]},
        ],
        Ids(),
    )

    ids = [element["action_id"] for block in flat(blocks) for element in elements(block)]
    assert 4 == len(ids) == len(set(ids))


def test_ids_that_are_there_stay():
    """What the author named keeps its name, and the author's dicts are not touched."""
    mine = {"type": "actions", "block_id": "mine", "elements": [BUTTON, BARE]}

    (block,) = named([mine], Ids())

    assert ("mine", "go") == (block["block_id"], block["elements"][0]["action_id"])
    assert "action_id" not in BARE


def test_texts_and_images_are_not_blocks():
    """What cannot be clicked gets no id."""
    (block,) = named([BLOCKS["context"]], Ids())

    assert BLOCKS["context"]["elements"] == block["elements"]
