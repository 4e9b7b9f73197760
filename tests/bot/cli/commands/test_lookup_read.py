"""`simsessions read`, as a process, against the stand-in for KORE."""

import json

from bot.emulators.kore.faults import broken
from tests.builders import IMEI

TEXT = f"truck-42 and well-1 are down\nimsi 310260123456789\nnrf-{IMEI} is up\n"
EVENT = {
    "type": "event_callback",
    "event": {
        "text": "<@U0SIMSESS> this one?",
        "attachments": [{"is_share": True, "text": "*truck-42* is offline"}],
    },
}


async def test_what_is_seen_and_where(kore, simsessions, tmp_path):
    """Each thing has its kind, its value, its SIM, its place, and why it is not taken."""
    (tmp_path / "a.txt").write_text(TEXT)
    done = await simsessions("read", "--json", str(tmp_path / "a.txt"), **kore.settings)
    truck, well, imsi, imei = map(json.loads, done.out.splitlines())

    assert (0, "") == (done.code, done.err)
    assert ["kind", "value", "sim", "where", "taken", "why"] == list(truck)
    assert ("name", "truck-42", True, None) == (
        truck["kind"], truck["value"], truck["taken"], truck["why"],
    )  # fmt: skip
    assert truck["sim"].startswith("DE")
    assert ("well-1", "text, line 1") == (well["value"], well["where"])
    assert ("imsi", False) == (imsi["kind"], imsi["taken"])
    assert "Paste the SIM's ICCID" in imsi["why"]
    assert ("imei", IMEI, "text, line 3") == (imei["kind"], imei["value"], imei["where"])


async def test_a_message_as_slack_sends_it(kore, simsessions):
    """An event's attachments are read, and the text says in words what is seen."""
    done = await simsessions("read", "--message", "-", typed=json.dumps(EVENT), **kore.settings)

    assert done.out.startswith("taken  name truck-42 = DE")
    assert "(attachment 1)" in done.out


async def test_a_message_as_tools_save_it(kore, simsessions):
    """The envelope of Socket Mode is opened, and a mark of the encoding before it is none of it."""
    typed = "\ufeff" + json.dumps({"envelope_id": "1", "type": "events_api", "payload": EVENT})
    done = await simsessions("read", "--message", "-", typed=typed, **kore.settings)

    assert done.out.startswith("taken  name truck-42 = DE"), done.err


async def test_a_mention_of_one_name(kore, simsessions):
    """The name is told, though the bot is named beside it, or more stands in another block."""
    blocks = [{"type": "markdown", "text": text} for text in ("truck-42", f"an order, {IMEI}")]
    for message in ({"text": "<@U0SIMSESS> truck-42"}, {"blocks": blocks}):
        typed = json.dumps({"event": message})
        done = await simsessions("read", "--message", "-", typed=typed, **kore.settings)

        assert done.out.startswith("taken  name truck-42 = DE"), message


async def test_what_is_no_message(kore, simsessions):
    """It is said in a line, as it is of a file that is not there."""
    for text in ("no json", "7", ""):
        done = await simsessions("read", "--message", "-", typed=text, **kore.settings)

        assert (2, "FILE" in done.err) == (done.code, True), text
    done = await simsessions("read", "missing.txt", **kore.settings)

    assert (2, "", True) == (done.code, done.out, "No such file" in done.err)


async def test_without_the_list_of_sims(kore, simsessions):
    """What is certain is read all the same, and it is said that names are not known."""
    for settings, code in ((kore.settings, 3), ({}, 0)):
        kore.api.faults.add(broken(503, times=None))
        done = await simsessions("read", "-", typed=f"the truck-42 {IMEI} is up", **settings)

        assert (f"taken  imei {IMEI}  (text)\n", code) == (done.out, done.code)
        assert "names, and the SIDs of numbers, are unknown" in done.err


async def test_a_file_as_a_spreadsheet_saves_it(kore, simsessions, tmp_path):
    """Its encoding is told by how it begins."""
    for encoding in ("utf-8-sig", "utf-16"):
        (tmp_path / "a.txt").write_text("SIM\tSeit\ntruck-42\tgestern", encoding)
        done = await simsessions("read", str(tmp_path / "a.txt"), **kore.settings)

        assert done.out.startswith("taken  name truck-42 = DE"), encoding


async def test_nothing_is_seen(kore, simsessions):
    """It is said."""
    done = await simsessions("read", "-", typed="thanks for your help", **kore.settings)

    assert (0, "Nothing in that names a SIM.\n") == (done.code, done.out)


WHY_NOT = {
    "phone 555-123-4567": ("phone", "5551234567", "the word phone before it"),
    "order no. 4711": ("order", "4711", "the word order before it"),
    "card 4111 1111 1111 1111": ("card", "4111111111111111", "the word card before it"),
    "ICCID 8901260012": ("iccid", "8901260012", "it has 10 digits; an ICCID has 18 to 22"),
    "imei: 35693803": ("imei", "35693803", "it has 8 digits; an IMEI has 15"),
    "the 8901260012345678900 is off": ("iccid", "8901260012345678900", "check digit does not fit"),
    "8910 3000 0012 3456 780 is off": ("iccid", "8910300000123456780", "check digit does not fit"),
    "the 356938035643808 is off": ("imei", "356938035643808", "check digit does not fit"),
}


async def test_why_a_number_is_not_taken(kore, simsessions):
    """What a label calls otherwise, what is too short and what is mistyped is told with why."""
    typed = "\n".join(WHY_NOT)
    done = await simsessions("read", "--json", "-", typed=typed, **kore.settings)
    told = list(map(json.loads, done.out.splitlines()))

    assert not any(each["taken"] for each in told)
    assert [each[:2] for each in WHY_NOT.values()] == [(t["kind"], t["value"]) for t in told]
    for (_, _, why), each in zip(WHY_NOT.values(), told, strict=True):
        assert why in each["why"], each
