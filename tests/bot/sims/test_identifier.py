""""""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.errors import NotASim, SuperSim, UserError
from bot.sims.identifier import (
    MAX_LINK,
    MAX_TEXT,
    Identifier,
    IdentifierKind,
    Unwrapped,
    identify,
    is_link,
    sids_in,
    sims_in,
    unwrap,
)
from tests.builders import ICCID, IMEI

SID = "DE0a1b2c3d4e5f60718293a4b5c6d7e8f9"
OTHER = "DE" + "1" * 32
SUPER = "HS" + SID[2:]
SPACED = "8901 2600 1234 5678 909"
API = "https://programmable-wireless.api.korewireless.com/v1/Sims"
CONSOLE = f"https://console.twilio.com/us1/develop/wireless/sims/{SID}"


SIDS_AS_TYPED = (
    SID, SID.lower(), f"De{SID[2:]}", f"<{CONSOLE}|console.twilio.com>",
    f"<{CONSOLE}?a=1&amp;b=2>", f"“<{CONSOLE}>”,", f"`{SID}`", f"SID: {SID}",
    f"SID {SID} · ICCID 8901 2600", f"\u200b{SID}\ufeff\u00a0", f"https%3A%2F%2Fx.test%2F{SID}",
)  # fmt: skip


@pytest.mark.parametrize("text", SIDS_AS_TYPED)
def test_sids(text):
    """A SID is read from whatever is around it and spelt DE in capitals."""
    assert Identifier(IdentifierKind.SID, SID, SID) == identify(text)


def test_the_case_of_a_sid():
    """The hex digits of a SID keep their case: the API takes both."""
    assert SID.upper() == identify(f"de{SID[2:].upper()}").value


ICCIDS = (
    ICCID, SPACED, SPACED.replace(" ", "-"), f"<tel:{ICCID}|{SPACED}>", f"<tel:{ICCID}>",
    f"tel:{ICCID}", f"ICCID: {SPACED},", f"iccid={ICCID}", f"{ICCID}F", f"{SPACED} f",
    "８９０１２６００１２３４５６７８９０９", "8901–2600–1234–5678–909",
    SPACED.replace(" ", "\u00a0"), SPACED.replace(" ", "\n"), f"“{SPACED}”",
    f"&lt;tel:{ICCID}|{SPACED}&gt;",
)  # fmt: skip


@pytest.mark.parametrize("text", ICCIDS)
def test_iccids(text):
    """An ICCID is its 19 digits, however they are grouped, padded and wrapped."""
    found = identify(text)

    assert (IdentifierKind.ICCID, ICCID) == (found.kind, found.value)
    assert ICCID == found.spellings[0]


@pytest.mark.parametrize("length", range(18, 23))
def test_lengths_of_iccids(length):
    """From 18 to 22 digits it is an ICCID, whether a check digit fits or not."""
    assert IdentifierKind.ICCID is identify("89012600123456789012345"[:length]).kind


def test_imeis():
    """15 digits are an IMEI and 16 an IMEISV, however they are written."""
    for text, value in (
        (IMEI, IMEI),
        ("01493100-012970-0", IMEI),
        ("01493100/012970/0", IMEI),
        ("IMEI 01 493100 012970 0", IMEI),
        ("35-152409-563218-01", "3515240956321801"),
    ):
        found = identify(text)

        assert (IdentifierKind.IMEI, value) == (found.kind, found.value), (text, value)


AS_TYPED = (
    "pump-7", "pump (north)", "Größe 7", "../v1/RatePlans", "a%2Fb?c#d", ".hidden",
    "8901 2600 1234", "12345678901234", "12345678901234567", "12345678901234567890123", SID[:-1],
    SID + "0", SUPER[:-1], "DE" + "o" * 32, "DE", "x" * 200,
)  # fmt: skip


def test_names():
    """Whatever is nothing else is a name, for a name can look like anything."""
    for text, name in (
        *((name, name) for name in AS_TYPED),
        ("pump–7.", "pump-7"),
        ("  `pump-7`,", "pump-7"),
        ("```pump-7```", "pump-7"),
        ("*pump-7*", "pump-7"),
        ("(pump-7)", "pump-7"),
        ("‘pump-7’?", "pump-7"),
        ("«pump-7»", "pump-7"),
        ("<http://pump7.co|pump7.co>", "pump7.co"),
        ("<mailto:pump@site.test|pump@site.test>", "pump@site.test"),
        ("<@U0123|ann> pump-7", "pump-7"),
        ("AT&amp;T &lt;1&gt;", "AT&T <1>"),
        ("dock &lt;!channel&gt; 4", "dock <!channel> 4"),
        ("<!channel> dock 4", "dock 4"),
        ("DE0a…31f", "DE0a...31f"),
    ):
        found = identify(text)

        assert (IdentifierKind.NAME, name) == (found.kind, found.value), (text, name)
        assert name == found.spellings[0], (text, name)


def test_spellings():
    """What was tidied away may belong to the name: each reading is kept, the likeliest first."""
    for text, spellings in (
        ("pump-7", ("pump-7",)),
        ("pump–7", ("pump-7", "pump–7")),
        ("_x_", ("x", "_x_")),
        ("pump!", ("pump", "pump!")),
        ("“pump–7”", ("pump-7", "pump–7", "“pump–7”")),
        (SPACED, (ICCID, SPACED)),
    ):
        assert spellings == identify(text).spellings, (text, spellings)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (SUPER, "`HS0a…` is a Super SIM."),
        (SUPER.lower(), "`HS0a…` is a Super SIM."),
        (f"<https://console.twilio.com/iot/sims/{SUPER}>", "`HS0a…` is a Super SIM."),
        ("8988307 000000000000", "`8988307 000000000000` is a Super SIM."),
        ("89883230000000000001", "`89883230000000000001` is a Super SIM."),
    ],
)
def test_super_sims(text, says):
    """A Super SIM is told by its SID and by how its ICCID begins."""
    with pytest.raises(SuperSim) as caught:
        identify(text)

    assert caught.value.sentence.startswith(says)
    assert "no data sessions" in caught.value.sentence


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "Paste a SIM"),
        (" \u00a0\u200b\ufeff\n", "Paste a SIM"),
        ("``", "Paste a SIM"),
        (".", "Paste a SIM"),
        ("..", "Paste a SIM"),
        ("`..`", "Paste a SIM"),
        ("．．", "Paste a SIM"),
        ("<@U0123>", "Paste a SIM"),
        ("https://wireless.twilio.com/v1/Sims/%2e%2e/x", "Paste a SIM"),
        ("x" * 201, "201 characters"),
        ("x" * 5000, "5000 characters"),
        ("https://x.test/" + "x" * 2000, "2015 characters"),
        ("pump\x00-7", "cannot be read"),
        ("\x1b[31mpump", "cannot be read"),
        ("pump\ud800", "cannot be read"),
        ("pump\x7f", "cannot be read"),
        ("https://example.com/x", "no SIM in that link"),
        ("<https://example.com/x>", "no SIM in that link"),
        (f"{SID} {OTHER}", "names 2 SIMs"),
        (f"{SID} {SUPER}", "names 2 SIMs"),
        ("AC" + SID[2:], "`AC0a…` is the SID of an account; a SIM's begins with DE."),
        ("wp" + SID[2:], "`wp0a…` is the SID of a rate plan"),
    ],
)
def test_no_sim(text, says):
    """What cannot name a SIM is refused, with the reason."""
    with pytest.raises(NotASim) as caught:
        identify(text)

    assert says in caught.value.sentence


def test_dots_are_never_a_name():
    """No way to read a text is `.` or `..`, which in a URL mean another resource."""
    texts = ("“..”", "*..*", "( . )", "...x", ". .", "‥")
    read = []
    for text in texts:
        try:
            read += identify(text).spellings
        except NotASim:
            continue

    assert read
    assert not {".", ".."} & set(read)


NAMES = st.from_regex(r"[a-zA-Z0-9äß]([a-zA-Z0-9äß/%?#+@ _.-]{0,40}[a-zA-Z0-9äß])?", fullmatch=True)
NUMBERS = st.from_regex(r"[0-9]{15,22}", fullmatch=True)
SIDS = st.from_regex(r"DE[0-9a-fA-F]{32}", fullmatch=True)
WRAPPERS = st.sampled_from(
    [
        "`{}`", "“{}”", "‘{}’", '"{}"', "({})", "[{}]", "*{}*", "{},", "{}.", " {}\u00a0",
        "\ufeff{}\u200b", "\t{}\n", "&lt;{}&gt;",
    ]
)  # fmt: skip
LINKS = st.sampled_from(["{}", "<tel:000|{}>", "<https://x.test|{}>", "<mailto:a@b.test|{}>"])


def outcome(text):
    try:
        found = identify(text)
    except UserError as error:
        return type(error).__name__
    return found.kind, found.value


@given(
    text=st.one_of(NAMES, NUMBERS, SIDS),
    inner=st.lists(WRAPPERS, max_size=2),
    link=LINKS,
    outer=st.lists(WRAPPERS, max_size=2),
)
def test_wrapping_never_changes_what_is_meant(text, inner, link, outer):
    """Quotes, brackets, entities and a link around an identifier leave it what it is."""
    wrapped = text
    for wrapper in (*inner, link, *outer):
        wrapped = wrapper.format(wrapped)

    assert outcome(text) == outcome(wrapped)


@given(text=st.text(max_size=300))
@example("<https://[|x>")
@example("<" * 150)
@example("&amp;" * 50)
@example("https://wireless.twilio.com/v1/Sims/" + "%25" * 60)
@example("https://wireless.twilio.com/v1/Sims/https:%2F%2Fwireless.twilio.com%2Fv1%2FSims%2Fx")
def test_any_text_is_read_or_refused(text):
    """Whatever is typed, the answer is an identifier or an error that the asker can mend."""
    assert outcome(text)


@given(text=st.text(max_size=80))
def test_what_is_read_stays_what_it_is(text):
    """To read the value again gives the same, and no value is empty, too long or a step up."""
    first = outcome(text)
    if isinstance(first, str):
        return

    assert first == outcome(first[1])
    assert 0 < len(first[1]) <= 200
    assert first[1] not in {".", ".."}


def test_three_readings():
    """What is meant, what was typed and what was typed with its quotes are all kept."""
    for text, meant, typed, outer in (
        ("“pump–7”,", "pump-7", "pump–7", "“pump–7”,"),
        ("<tel:1|8901 2600>", "8901 2600", "8901 2600", "8901 2600"),
        ("<http://a.co|a.co>", "a.co", "a.co", "a.co"),
        ("<http://a.co>", "http://a.co", "http://a.co", "http://a.co"),
        ("<#C01|pumps>", "pumps", "pumps", "pumps"),
        ("<!here> pump", "pump", "pump", "pump"),
        ("a &lt;b&gt; &amp; c", "a <b> & c", "a <b> & c", "a <b> & c"),
        ("a\u2028\u00a0b", "a b", "a b", "a b"),
        ("(a)(b)", "a)(b", "a)(b", "(a)(b)"),
    ):
        assert Unwrapped(meant, typed, outer) == unwrap(text), (text, meant, typed, outer)


@pytest.mark.parametrize("text", ["x" * MAX_TEXT, "https://x.test/" + "x" * (MAX_LINK - 15)])
def test_long_enough(text):
    """A name of 200 characters is read, and a link of 2,000."""
    assert text == unwrap(text).text


@pytest.mark.parametrize(
    "text", ["x" * (MAX_TEXT + 1), "https://x.test/" + "x" * (MAX_LINK - 14), "ﷺ" * 20, "`" * 5000]
)
def test_too_long(text):
    """Beyond that it is refused, also where it grows when it is written plainly."""
    with pytest.raises(NotASim, match="characters"):
        unwrap(text)


@pytest.mark.parametrize("code", [0x00, 0x08, 0x1B, 0x7F, 0x9C, 0xDC80, 0xFFFD])
def test_control_characters(code):
    """Control characters and what could not be decoded are refused wherever they stand."""
    with pytest.raises(NotASim, match="cannot be read"):
        unwrap(f"pump{chr(code)}-7")


def test_a_sid_in_a_link():
    """The SID is found in path, query and fragment, percent-encoded or not."""
    for link in (
        f"https://www.twilio.com/console/wireless/sims/{SID}",
        f"https://console.twilio.com/us1/develop/wireless/sims/{SID}/overview?frameUrl=x",
        f"{API}/{SID}/DataSessions?PageSize=50",
        f"{API}/{SID.lower()}",
        f"https://build.korewireless.com/#/sims/{SID}",
        f"https://build.korewireless.com/sims?sid={SID}&x=1",
        f"https://console.twilio.com/?frameUrl=%2Fwireless%2Fsims%2F{SID}%3Fx",
        f"https://console.twilio.com/?frameUrl=%252Fsims%252F{SID}",
        f"https://grafana.example/d/1?var-sim={SID}",
        f"https://console.twilio.com/sims/{SID}?back={OTHER}",
        f"console.twilio.com/sims/{SID}",
    ):
        assert is_link(link), link
        assert (SID,) == sims_in(link), link


def test_a_super_sim_in_a_link():
    """A Super SIM's SID is found as well."""
    assert (SUPER,) == sims_in(f"https://console.twilio.com/us1/iot/supersim/sims/{SUPER}")


def test_a_name_in_a_link_to_the_api():
    """A link to the API may name the SIM by its unique name."""
    for link, name in (
        (f"{API}/pump-7", "pump-7"),
        (f"{API}/pump%207/DataSessions", "pump 7"),
        (f"{API}/a%2Fb?x=1", "a/b"),
        ("https://wireless.twilio.com/v1/Sims/pump-7/UsageRecords", "pump-7"),
        ("wireless.twilio.com/v1/Sims/pump-7", "pump-7"),
    ):
        assert (name,) == sims_in(link), (link, name)


def test_no_sim_in_a_link():
    """Other hosts' names, other SIDs and halves of SIDs are not taken for a SIM."""
    for link in (
        "https://example.com/",
        "https://example.com/v1/Sims/pump-7",
        "https://api.korewireless.com.evil.test/v1/Sims/pump-7",
        "https://console.twilio.com/us1/sims/overview",
        f"{API}?PageSize=50",
        f"https://x.test/AC{SID[2:]}",
        f"https://x.test/{SID}0",
        f"https://x.test/a{SID}",
        f"https://x.test/{SID[:-1]}",
        "https://[bad",
        "https://x.test/%",
    ):
        assert () == sims_in(link), link


@pytest.mark.parametrize("text", ["pump-7", "pump7.co", SID, "ftp://x.test/", "http://a b", "x y"])
def test_no_link(text):
    """Names, SIDs and sentences are not links."""
    assert not is_link(text)


def test_sids_in_a_text():
    """Each SID counts once, whatever its case; the first spelling is kept."""
    assert (SID, SUPER) == sids_in(f"SIM {SID}, {SID.lower()} and {SUPER}")
