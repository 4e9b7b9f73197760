"""blocks.validate."""

from tests.bot.emulators.slack.kit import ask_json, section


async def test_blocks_are_checked_and_nothing_is_written(base, workspace):
    """The same checks as for a message, without a token."""
    for blocks, error in (
        ([section()], None),
        ([], None),
        ([{"type": "section"}], "invalid_blocks"),
        ("no list", "invalid_blocks_format"),
    ):
        said = await ask_json(f"{base}/api/blocks.validate", json={"blocks": blocks})

        assert (error is None, error) == (said["ok"], said.get("error")), (blocks, error)
        assert () == workspace.messages.all(), (blocks, error)
