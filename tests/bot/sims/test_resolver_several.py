"""Several SIMs named in one text."""

import pytest

from bot.sims.errors import SimAmbiguous, SimNotFound
from bot.sims.identifier import identify
from tests.bot.sims.conftest import sid


@pytest.fixture
async def listed(directory):
    """The list of SIMs, read."""
    await directory.refresh()
    return directory


@pytest.mark.parametrize(
    "text",
    ["pump-17 truck-42", "pump-17, TRUCK-42", "pump-17;truck-42 ", "pump-17 truck-42 pump-17"],
)
async def test_several_sims_at_once(resolver, listed, text):
    """Several names where one is wanted are asked back."""
    with pytest.raises(SimAmbiguous, match=r"as 2 SIMs.*one at a time. Which one") as caught:
        await resolver.resolve(identify(text))

    assert [sid(2), sid(4)] == [sim.sid for sim in caught.value.candidates]


@pytest.mark.parametrize("text", ["pump-17 gone", "pump-17 pump-17", "pump-17 depot"])
async def test_what_is_not_several_sims(resolver, listed, text):
    """Words that are not each another SIM's name are one name, misspelt."""
    with pytest.raises(SimNotFound, match="as a name"):
        await resolver.resolve(identify(text))
