"""Identifiers that nothing else looks like, and numbers that are something else."""

from bot.sims.extraction import LONGEST, TableCell, cleaned, identifiers_in
from tests.builders import ICCID, IMEI, SID

HS = "HS" + "f" * 32
EID = "89049032000001000000012345678901"


def read(text):
    """Return the values that are taken."""
    return [found.value for found in identifiers_in(text) if not found.why]


def test_what_is_certain():
    """Grouped, labelled and linked numbers are found, whatever touches them."""
    for text, values in (
        (SID, [SID]),
        (f"x {HS}.", [HS]),
        (f"simDE{'0' * 31}1|", [SID]),
        (f"https://api.korewireless.com/v1/Sims/{SID}/DataSessions).", [SID]),
        ("https://programmable-wireless.api.korewireless.com/v1/Sims/pump-7.", ["pump-7"]),
        (f"https://x.y/d?var-iccid=%22{ICCID}%22", [ICCID]),
        (f"sim:{ICCID}F", [ICCID]),
        ("8901-2600-1234-5678-909 and on", [ICCID]),
        ("+CRSM: 144,0,981062002143658709F9", [ICCID]),
        (f"{IMEI},{ICCID}", [IMEI, ICCID]),
        (f"{IMEI} {ICCID} 12 30", [IMEI, ICCID]),
        ("01493100-012970-0", [IMEI]),
        ("01 493100 012970 0", [IMEI]),
        ("IMEI: 123456789012345", ["123456789012345"]),
        ("ICCID #8901260012345678900", ["8901260012345678900"]),
        ("iccid 890126001234567890", ["890126001234567890"]),
        ("imeis: 123456789012345, 123456789012346", ["123456789012345", "123456789012346"]),
    ):
        assert values == read(text), text


def test_what_is_none():
    """Other numbers, other SIDs, fractions and hashes give nothing that is taken."""
    for text in (
        "imei 4931 2 months",
        "123456789012345",
        "8901260012345678900",
        f"+{ICCID}",
        f"0.{IMEI}",
        "014 931000 12970 0",
        "2026-01-05 02:10:00.123456789",
        "010000000000000",
        f"WN{'0' * 32} AC{'0' * 32}",
        f"{EID} and {EID[:4]} {EID[4:8]}",
        f"a{IMEI}bcdef0123",
        "https://console.korewireless.com/help",
    ):
        assert [] == read(text), text


def test_what_a_label_calls_otherwise():
    """The words right before a number say what it is, and the head of its column does."""
    for text, kind in (
        (f"imsi: {IMEI}", "imsi"),
        (f"msisdn={IMEI}", "phone"),
        (f"eid {EID}", "eid"),
        (f"order no. {IMEI}", "order"),
        (f"ORD-{ICCID}", "order"),
        (f"the card is {ICCID}", "card"),
        (f'{{"event_id": "{IMEI}"}}', "order"),
        (f"注文番号：{IMEI}", "order"),
    ):
        (found,) = identifiers_in(text)

        assert (kind, True) == (found.kind, bool(found.why)), text
    assert [ICCID] == read(f"SIM card: {ICCID}")
    assert [IMEI] == read(f"order 12, {IMEI}")
    (found,) = identifiers_in(IMEI, [TableCell(0, 15, "Order")])
    assert "Order" in found.why


def test_numbers_that_are_explained():
    """An IMSI, an EID, an IMEI cut short and a rounded number say what to paste instead."""
    for text, kind, says in (
        ("310260123456789", "imsi", "ICCID"),
        (EID, "eid", "ICCID"),
        ("01493100012970", "imei", "ICCID"),
        ("8.96529E+19", "number", "column as text"),
    ):
        (found,) = identifiers_in(text)

        assert (kind, True) == (found.kind, says in found.why), text
    assert IMEI == identifiers_in("01493100012970")[0].value


def test_cleaned():
    """Markup and what cannot be seen are off; lines, blanks and their order stay."""
    for text, clean in (
        ("one\r\ntwo", "one\ntwo"),
        ("<@U1> is <tel:+1555|555>", "is 555"),
        ("&lt;a&gt; &amp; b", "<a> & b"),
        ("a\u00a0\u200bb\x07c", "a b c"),
        ("“pump–7”", '"pump-7"'),
        ("٣٥６", "356"),
        (f"<https://x.y/{IMEI}|Panel>", f"Panel https://x.y/{IMEI}"),
    ):
        assert (clean, False) == cleaned(text), text


def test_a_book_is_not_read_to_its_end():
    """Of a text 40,000 characters, 1,000 numbers, 4,000 of a line; what is left out is known."""
    assert (f"{IMEI}\n" * 1_000, True) == cleaned(f"{IMEI}\n" * 1_001)
    assert (4_000, True) == (len(cleaned("word " * 1_000)[0]), cleaned("word " * 1_000)[1])
    assert LONGEST >= len(cleaned("word\n" * LONGEST)[0])
