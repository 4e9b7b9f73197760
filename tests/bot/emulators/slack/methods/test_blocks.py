"""blocks.validate."""

import pytest

from tests.bot.emulators.slack.kit import ask_json, section


@pytest.mark.parametrize(
    ("blocks", "error"),
    [
        ([section()], None),
        ([], None),
        ([{"type": "section"}], "invalid_blocks"),
        ("no list", "invalid_blocks_format"),
    ],
)
async def test_blocks_are_checked_and_nothing_is_written(base, workspace, blocks, error):
    """The same checks as for a message, without a token."""
    said = await ask_json(f"{base}/api/blocks.validate", json={"blocks": blocks})

    assert (error is None, error) == (said["ok"], said.get("error"))
    assert () == workspace.messages.all()
