"""Which SIMs a text names: what people paste, and what must not be read."""

import sys

import pytest

from bot.sims.extraction import TextPart
from bot.sims.spotter import SimSpotter
from tests.bot.sims.conftest import a_row, sid
from tests.builders import ICCID, IMEI, SID

GRAFANA = f"""[FIRING:3] SIM offline (fleet-eu)
*Labels:*
 • alertname = SimOffline
 • sim_sid = {SID}
 • iccid = 8901260000000000121
 • severity = critical
*Annotations:* no data since 2026-01-05 02:10:00 +0000 UTC, value 1767578400000
<https://grafana.example/d/abc?var-sim={sid(2)}&amp;from=1767578400000|:chart: Panel>
<https://grafana.example/alerting/silence/new?matcher=x|Silence>"""

PAGERDUTY = f"""*Triggered #4711182:* pump-17 has not reported for 15 min
Service: <https://acme.pagerduty.com/services/PABC123|Fleet Telemetry> · Urgency: High
Assigned to <@U0BEN0001>, call <tel:+15550100199|+1 555 010 0199>, order 8912345678901234567
Details: {{"iccid":"{ICCID}","imei":"{IMEI}","at":1767578400}}"""

CSV = f"""sid,name,status,last seen
{SID},pump-7,active,2026-01-05T02:10:00Z
{sid(2)},pump-17,active,2026-01-05T02:12:00Z
{sid(4)},truck-42,active,"""

NAMES_CSV = "Name;State\npump-17;offline\npmp-99;offline\ntruck-42;offline"
TABBED = "SIM\tICCID\npump-17\t\ntruck-42\t"
PIPES = "| sim | since |\n| pump-17 | 02:10 |\n| truck-42 | 02:12 |"
BULLETS = "> • `pump-17`\n> • `truck-42`\n&gt; - gone-1"
FENCED = "```\npump-17\ntruck-42\n```"
QUOTED = "“pump-17”, ‘truck-42’ and 'gone-1'"


@pytest.fixture
async def spotter(api, directory, resolver):
    """Reads with the list of SIMs at hand."""
    api.add(a_row(12, iccid="8901260000000000121"))
    await directory.refresh()
    return SimSpotter(directory, resolver.known_sid)


async def test_what_is_read(spotter):
    """Alerts, pastes and sentences give their SIMs in order, each once, misspelt items too."""
    for text, found in (
        (GRAFANA, (SID, "8901260000000000121", sid(2))),
        (PAGERDUTY, ("pump-17", ICCID)),
        (CSV, (SID, sid(2), sid(4))),
        (NAMES_CSV, ("pump-17", "pmp-99", "truck-42")),
        (TABBED, ("pump-17", "truck-42")),
        (PIPES, ("pump-17", "truck-42")),
        (BULLETS, ("pump-17", "truck-42", "gone-1")),
        (FENCED, ("pump-17", "truck-42")),
        (QUOTED, ("pump-17", "truck-42", "gone-1")),
        ("pump-17, north gate, pmp-99", ("pump-17", "north gate", "pmp-99")),
        ("1. pump-17\n2. truck-42\n3) 8901 2600 1234", ("pump-17", "truck-42", "8901 2600 1234")),
        ("pump-17 truck-42 gone-1", ("pump-17", "truck-42", "gone-1")),
        ("The North Gate and TRUCK-42 are down, again!", ("North Gate", "TRUCK-42")),
        ("what about truck-42 since yesterday?", ("truck-42",)),
        (f"<tel:{ICCID}|8901 2600 1234 5678 909>", ("8901 2600 1234 5678 909",)),
        (f"{ICCID} 8901260000000000121", (ICCID, "8901260000000000121")),
        ("iccid: 8901260012345678900 imei 01-493100-012970-0", ("8901260012345678900",)),
        ("truck-42 and pump-17 are down, please", ("truck-42", "pump-17")),
        ("truck-42, pump-17 please", ("truck-42", "pump-17")),
        ("please check truck-42 and pump-17 cc @someone", ("truck-42", "pump-17")),
        ("down:\npump-17\nCET", ("pump-17",)),
        (f"https://console.korewireless.com/sims/{SID} is down", (SID,)),
        (f"device_iccid={ICCID} name=truck-42", (ICCID, "truck-42")),
    ):
        assert found == (await spotter.spot(text)).texts, text


async def test_one_sid_is_read_at_once(spotter):
    """A text that is one SID is read as it is beside other texts, asked for or not."""
    for text in (SID, SID.lower(), sid(404), f"HS{SID[2:]}", SID[:-1], f"{SID}0", f" {SID}"):
        for asked in (True, False):
            alone, beside = TextPart("text", text), TextPart("file 1", "")
            at_once = await spotter.read([alone], asked=asked)

            assert await spotter.read([alone, beside], asked=asked) == at_once, text


async def test_what_is_not_read(spotter):
    """Timestamps, phone, order and card numbers, other SIDs, prose and half names are no SIMs."""
    for text in (
        "",
        "2026-01-05T02:10:00Z 1767578400 1767578400123 1767578400123456 1767578400123456789",
        "call <tel:+15550100199|+1 555 010 0199> or 0049 171 1234567",
        "order 4711, invoice 2026-000123, ticket #8901260012345678909, card 4111 1111 1111 1111",
        "order 8912345678901234567 and 123456789012345",
        "ORD-8901260012345678909",
        "+8901260012345678909",
        f"data session WN{'0' * 32} of account AC{'0' * 32}",
        "yes, thanks",
        "hello team\nany news?\nthanks",
        "42 SIMs of 7 sites went down at 14:02:03",
        "depot is fine",
        "pump",
        "ana@acme.example wrote about https://example.com/pump-17",
        "<@U0ANA0001> <!channel> <#C0GENERAL|truck-42>",
    ):
        assert () == (await spotter.spot(text)).texts, text


async def test_what_is_asked(spotter):
    """A text that may be one SIM's name is left whole, and a list is taken at its word."""
    for text, found in (
        ("pump-17", ()),
        ("gone-1", ()),
        ("North Gate", ("North Gate",)),
        ("depot fine", ()),
        ("pump 17", ()),
        ("truck 42 depot", ()),
        ("pump-17 pmp-99", ("pump-17", "pmp-99")),
        ("gone-1, gone-2", ()),
        ("truck-42\ntruk-42\n8901 2600 1234", ("truck-42", "truk-42", "8901 2600 1234")),
        ("down:\npump-17\nCET", ("pump-17",)),
        ("check pump-17", ("pump-17",)),
        ("pump-17 and truck-42?", ("pump-17", "truck-42")),
        ("truck-42 and pump-17 are down", ("truck-42", "pump-17")),
        ("truck-42 and pump-17 spare", ("truck-42", "pump-17")),
        ("how is pump-17 doing today", ("pump-17",)),
        ("what about these?", ()),
        ("8901 2600 1234 5678 909", ("8901 2600 1234 5678 909",)),
        (f"{SID},{sid(2)}", (SID, sid(2))),
    ):
        assert found == (await spotter.spot(text, asked=True)).texts, text
    spotted = await spotter.spot("gone-1, gone-2", asked=True)
    assert ("gone-1", "gone-2") == spotted.unknown == spotted.with_unknown.texts


async def test_one_sim_by_several_names_counts_once(spotter):
    """SID, ICCID and name of one SIM are one."""
    text = f"{SID}\n{ICCID}\npump-7\nPUMP-7\ntruck-42"

    assert (SID, "truck-42") == (await spotter.spot(text)).texts


async def test_what_is_beyond_the_limit_is_counted(spotter):
    """Two hundred are looked up; the others are counted."""
    spotted = await spotter.spot("\n".join(sid(number) for number in range(1, 251)))

    assert (200, 250, 50) == (len(spotted.texts), spotted.total, spotted.cut)
    assert sid(200) == spotted.texts[-1]


async def test_without_a_list_of_sims_what_is_certain_is_read(api, directory, resolver):
    """Before the first list is there, names of prose are unknown; identifiers are not."""
    spotter = SimSpotter(directory, resolver.known_sid)

    spotted = await spotter.spot(f"the truck-42 and the {SID} are down", patience=0)
    asked = await spotter.spot("truck-42, gone", asked=True, patience=0)

    assert ((SID,), ("truck-42", "gone")) == (spotted.texts, asked.texts)


async def test_icc_and_imei_of_one_device_are_one_sim(spotter):
    """They stand in one line, or in turns; an IMEI that is known to be elsewhere stays."""
    for text, found in (
        (f"{ICCID}/{IMEI}", (ICCID,)),
        (f"iccid: {ICCID}\nimei: {IMEI}", (ICCID,)),
        (f"imei {IMEI} of pump-17", ("pump-17",)),
        (f"device,imei\npump-17,{IMEI}", ("pump-17",)),
        (f"{IMEI}\n356938035643809\n{ICCID}", (IMEI, "356938035643809", ICCID)),
    ):
        spotted = await spotter.spot(text)

        assert found == spotted.texts, text
    assert SID == next(s.sim for s in (await spotter.spot(f"{IMEI} {ICCID}")).spots)


async def test_an_eid_is_read_where_the_list_has_it(api, directory, resolver, spotter):
    """Elsewhere the sentence says what it is."""
    eid = "89049032000001000000012345678901"
    assert "is an EID" in (await spotter.spot(f"eid: {eid}")).sentence
    api.add(a_row(13, eid=eid))
    await directory.refresh()

    spotted = await spotter.spot(f"eid: {eid} is offline")

    assert ((eid,), None) == (spotted.texts, spotted.sentence)


async def test_where_each_stands(spotter):
    """Each thing that is seen has its place, and why it is not taken."""
    places = [TextPart("text", "this one?"), TextPart("attachment 1", f"a\npump-17\nimsi {IMEI}")]

    spotted = await spotter.read(places, asked=True)

    assert [
        ("name", "pump-17", "attachment 1, line 2", True),
        ("imsi", IMEI, "attachment 1, line 3", False),
    ] == [(s.kind, s.value, s.where, s.taken) for s in spotted.spots]


async def test_rows_of_a_table(spotter):
    """Certain identifiers in a row beat its column of names; the heads say what is no SIM."""
    for text, found in (
        (f"device | iccid\n---+---\nrouter-1 | {ICCID}\npump-17 | \n(2 rows)", (ICCID, "pump-17")),
        (f"name,order\npump-17,{IMEI}\ntruck-42,", ("pump-17", "truck-42")),
        ("site,sim\nNorth Gate,pump-17\nDepot,truck-42", ("pump-17", "truck-42")),
        (f"| Field | Value |\n|---|---|\n| IMSI | {IMEI} |\n| Name | truck-42 |", ("truck-42",)),
    ):
        assert found == (await spotter.spot(text)).texts, text


PIECES = ["1-", "1 ", "89 ", "<", "<a_", "%25", "- ", "(", "`", ",", " and ", "a", "1", "a-."]


async def test_a_mistyped_number_is_told(spotter):
    """What is an ICCID or an IMEI but for its check digit is told; in a list it is looked up."""
    for text in (f"the {ICCID[:-1]}0 is down", f"the {IMEI[:-1]}5 is down"):
        spotted = await spotter.spot(text, asked=True)

        assert ((), ()) == (spotted.texts, spotted.unknown)
        assert "its check digit does not fit" in spotted.why_nothing
    assert (await spotter.spot(f"pump-17, {ICCID[:-1]}0, truck-42")).texts[1] == f"{ICCID[:-1]}0"


async def test_a_files_name_is_no_list(spotter):
    """What two screenshots are called is not what somebody asks about; a known name is."""
    places = [
        TextPart(f"file {at}", f"{name}.png", is_name=True)
        for at, name in enumerate(("IMG_0017", "screenshot", "pump-17", "shot-2"), 1)
    ]
    spotted = await spotter.read(places)

    assert (("pump-17",), ()) == (spotted.texts, spotted.unknown)


async def test_a_hostile_text_is_read(spotter, clock):
    """Long runs of digits, blanks, brackets and marks neither hang nor raise."""
    for piece in [
        "1-",
        "1 ",
        "89 ",
        "<",
        "<a_",
        "%25",
        "- ",
        "(",
        "`",
        ",",
        " and ",
        "a",
        "1",
        "a-.",
    ]:
        spotted = await spotter.spot(piece * 50_000)

        assert ((), True) == (spotted.texts, bool(spotted.cut_short)), piece


async def steps(spotter, text):
    """Count the calls that a reading makes."""
    counted = []
    sys.setprofile(lambda *about: counted.append(about[1]))
    try:
        await spotter.spot(text)
    finally:
        sys.setprofile(None)
    return sum(what.endswith("call") for what in counted)


async def test_twice_the_text_takes_twice_the_steps(spotter):
    """However hostile the text is."""
    for piece in [*PIECES, "x\n", "sim,b\n", "truck-42 ", f"{ICCID}\n", f"imei {IMEI}\n", "a1, "]:
        once, twice = [await steps(spotter, (piece * 20_000)[:n]) for n in (10_000, 20_000)]

        assert twice <= 2.1 * once + 500, piece
