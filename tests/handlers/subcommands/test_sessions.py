"""`<sim>`."""

import pytest


@pytest.mark.parametrize(
    "text",
    ["truck-42", "TRUCK-42", "sessions truck-42", "`truck-42`", "<https://x.invalid|truck-42>"],
)
async def test_a_sim_is_found_however_it_is_pasted(whole, text):
    """The report of the SIM comes, with its buttons."""
    await whole.type(text)

    answer = whole.answer()
    buttons = [b for each in answer.blocks if each["type"] == "actions" for b in each["elements"]]
    labels = [each["text"]["text"] for each in buttons if "text" in each]
    assert "truck-42 is" in answer.text
    assert ["Refresh", "Share"] == [each for each in labels if each[:2] in {"Re", "Sh"}]


async def test_a_sim_of_that_name_goes_before_a_slip(whole):
    """A SIM that is called nearly like a subcommand is looked up."""
    whole.kore.add({"sid": "DE" + "a" * 32, "unique_name": "hellp", "status": "active"})

    await whole.type("hellp")

    assert "hellp" in whole.answer().text
    assert "Did you mean" not in whole.answer().text
