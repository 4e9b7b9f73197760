import pytest

from bot.sims.links import is_link, sids_in, sims_in

SID = "DE0a1b2c3d4e5f60718293a4b5c6d7e8f9"
OTHER = "DE" + "1" * 32
SUPER = "HS" + "2" * 32
API = "https://programmable-wireless.api.korewireless.com/v1/Sims"


@pytest.mark.parametrize(
    "link",
    [
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
    ],
)
def test_a_sid_in_a_link(link):
    """The SID is found in path, query and fragment, percent-encoded or not."""
    assert is_link(link)
    assert (SID,) == sims_in(link)


def test_a_super_sim_in_a_link():
    """A Super SIM's SID is found as well."""
    assert (SUPER,) == sims_in(f"https://console.twilio.com/us1/iot/supersim/sims/{SUPER}")


@pytest.mark.parametrize(
    ("link", "name"),
    [
        (f"{API}/pump-7", "pump-7"),
        (f"{API}/pump%207/DataSessions", "pump 7"),
        (f"{API}/a%2Fb?x=1", "a/b"),
        ("https://wireless.twilio.com/v1/Sims/pump-7/UsageRecords", "pump-7"),
        ("wireless.twilio.com/v1/Sims/pump-7", "pump-7"),
    ],
)
def test_a_name_in_a_link_to_the_api(link, name):
    """A link to the API may name the SIM by its unique name."""
    assert (name,) == sims_in(link)


@pytest.mark.parametrize(
    "link",
    [
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
    ],
)
def test_no_sim_in_a_link(link):
    """Other hosts' names, other SIDs and halves of SIDs are not taken for a SIM."""
    assert () == sims_in(link)


@pytest.mark.parametrize("text", ["pump-7", "pump7.co", SID, "ftp://x.test/", "http://a b", "x y"])
def test_no_link(text):
    """Names, SIDs and sentences are not links."""
    assert not is_link(text)


def test_sids_in_a_text():
    """Each SID counts once, whatever its case; the first spelling is kept."""
    assert (SID, SUPER) == sids_in(f"SIM {SID}, {SID.lower()} and {SUPER}")
