"""All the text of a message."""

import pytest
from hypothesis import given

from handlers.message_text import texts_of
from tests.handlers.strange import BODIES

RICH = {
    "type": "rich_text",
    "elements": [
        {
            "type": "rich_text_section",
            "elements": [
                {"type": "text", "text": "see "},
                {"type": "link", "url": "https://x.y/1", "text": "panel"},
                {"type": "link", "url": "https://x.y/2"},
            ],
        },
        {
            "type": "rich_text_list",
            "elements": [
                {"type": "rich_text_section", "elements": [{"type": "text", "text": "pump-7"}]},
                {"type": "rich_text_section", "elements": [{"type": "text", "text": "pump-8"}]},
            ],
        },
    ],
}
TABLE = {
    "type": "data_table",
    "rows": [
        [{"type": "raw_text", "text": "SIM"}, {"type": "raw_text", "text": "State"}],
        [{"type": "raw_text", "text": "pump-7"}, {"type": "raw_text", "text": "offline"}],
    ],
}
FOLDED = {"type": "container", "child_blocks": [{"type": "header", "text": {"text": "pump-9"}}]}
BUTTONS = {"type": "actions", "elements": [{"type": "button", "text": {"text": "Ack pump-1"}}]}


@pytest.mark.parametrize(
    ("message", "texts"),
    [
        ({}, []),
        ({"text": "pump-7"}, ["pump-7"]),
        (
            {"text": "a", "blocks": [RICH]},
            ["a", "see <https://x.y/1|panel><https://x.y/2>\npump-7\npump-8"],
        ),
        ({"blocks": [TABLE]}, ["SIM | State\npump-7 | offline"]),
        ({"blocks": [FOLDED, BUTTONS]}, ["pump-9"]),
        (
            {"attachments": [{"title": "t", "fields": [{"title": "SIM", "value": "pump-7"}]}]},
            ["t\nSIM: pump-7"],
        ),
        ({"attachments": [{"fallback": "pump-7 down"}]}, ["pump-7 down"]),
        ({"attachments": [{"text": "x", "fallback": "y"}]}, ["x"]),
        ({"files": [{"title": "pump-7.log", "name": "f.log"}]}, ["pump-7.log\nf.log"]),
        ({"text": "same", "attachments": [{"text": "same"}]}, ["same"]),
        ({"blocks": [{"type": [], "text": {"text": "pump-7"}}]}, ["pump-7"]),
        ({"attachments": [{"type": {}, "blocks": [{"type": {"a": 1}}], "text": "x"}]}, ["x"]),
        ({"blocks": "odd", "attachments": [7, {"blocks": [None]}], "files": {}}, []),
    ],
)
def test_texts_of(message, texts):
    """Its own text, blocks, attachments and files, each once; buttons say nothing of SIMs."""
    assert texts == texts_of(message)


@given(message=BODIES)
def test_nothing_in_a_message_makes_the_reading_fail(message):
    """Whatever other apps put into a message, texts come out."""
    assert all(isinstance(text, str) for text in texts_of(message))
