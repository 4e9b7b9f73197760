"""`<sim>`."""


async def test_a_sim_is_found_however_it_is_pasted(whole):
    """The report of the SIM comes, with its buttons."""
    pasted = ("truck-42", "TRUCK-42", "sessions truck-42", "`truck-42`")
    for text in (*pasted, "<https://x.invalid|truck-42>"):
        before = whole.slack.seen_by("ana")
        await whole.type(text)

        (answer,) = whole.slack.seen_by("ana")[len(before) :]
        rows = [each["elements"] for each in answer.blocks if each["type"] == "actions"]
        labels = [b["text"]["text"] for row in rows for b in row if "text" in b]
        assert "truck-42 is" in answer.text, text
        assert ["Refresh", "Share"] == [each for each in labels if each[:2] in {"Re", "Sh"}], text


async def test_a_sim_of_that_name_goes_before_a_slip(whole):
    """A SIM that is called nearly like a subcommand is looked up."""
    whole.kore.add({"sid": "DE" + "a" * 32, "unique_name": "hellp", "status": "active"})

    await whole.type("hellp")

    assert "hellp" in whole.answer().text
    assert "Did you mean" not in whole.answer().text
