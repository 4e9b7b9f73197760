import asyncio
from datetime import timedelta
from urllib.parse import quote

import pytest

from bot.emulators.kore.faults import Fault, broken, hang
from bot.errors import SimAmbiguous, SimNotFound
from bot.kore.errors import KoreDenied, KoreUnavailable
from bot.sims.identifier import identify
from bot.sims.resolver import SeenSims, SimResolver
from tests.bot.sims.conftest import a_row, paths, sid
from tests.builders import ICCID, IMEI, NOON, SID, a_session, a_sim

MIXED = "DE0A1b2c3d4e5f60718293a4b5c6d7e8f9"


@pytest.fixture
async def listed(directory):
    """The list of SIMs, read."""
    await directory.refresh()
    return directory


async def found_sid(resolver, text):
    return (await resolver.resolve(identify(text))).value.sid


FOUND = {
    SID: (
        SID, SID.lower(), f"<https://console.twilio.com/sims/{SID}|console>", ICCID, ICCID[:-1],
        f"{ICCID[:4]} {ICCID[4:8]} {ICCID[8:]}", ICCID + "F", "pump-7", "“pump–7”.", "PUMP-7",
    ),
    sid(3): ("north gate", "North Gate"),
    sid(4): ("truck-42",),
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "found"), [(text, found) for found, texts in FOUND.items() for text in texts]
)
async def test_found(resolver, listed, text, found):
    """SID, ICCID, unique name in any case and friendly name lead to the SIM.

    A name that is one SIM's unique and another's friendly name means the first.
    """
    assert found == await found_sid(resolver, text)


@pytest.mark.parametrize("text", [SID, ICCID, "pump-7"])
async def test_found_without_the_list(resolver, text, api):
    """One request finds a SID, an ICCID or a unique name while there is no list."""
    assert SID == await found_sid(resolver, text)
    assert 1 == len(paths(api))


@pytest.mark.parametrize(
    ("text", "known"),
    [(SID, SID), (ICCID, SID), ("Pump-7", SID), ("North Gate", None), (IMEI, None), ("x", None)],
)
async def test_known_beforehand(resolver, listed, text, known, api):
    """A SID, and by the list an ICCID and a unique name, are known without asking anybody."""
    before = len(paths(api))

    assert known == resolver.known_sid(identify(text))
    assert before == len(paths(api))


@pytest.mark.parametrize("text", [ICCID, "pump-7", IMEI])
async def test_known_from_before(resolver, text):
    """Without a list they are known once the SIM was looked up, and so is its IMEI."""
    assert resolver.known_sid(identify(text)) is None

    resolver.note(a_sim(), [a_session()])

    assert SID == resolver.known_sid(identify(text))
    assert SID == await found_sid(resolver, text)


async def test_resolving_notes(resolver, api):
    """What was found by ICCID is read by its SID the next time, and then from the cache."""
    for _ in range(3):
        await resolver.resolve(identify(ICCID))

    assert ["/v1/Sims", f"/v1/Sims/{SID}"] == paths(api)


async def test_several_hits(resolver, listed):
    """A friendly name of two SIMs is asked back with both."""
    with pytest.raises(SimAmbiguous) as caught:
        await resolver.resolve(identify("depot"))

    assert [sid(4), sid(5)] == [sim.sid for sim in caught.value.candidates]
    assert 2 == caught.value.total


async def test_more_hits_than_are_shown(resolver, directory, api):
    """Of many hits five are offered, and how many there are is said."""
    for number in range(10, 30):
        api.add(a_row(number, friendly_name="Spare"))
    await directory.refresh()
    with pytest.raises(SimAmbiguous, match="20 SIMs are called `Spare`") as caught:
        await resolver.resolve(identify("Spare"))

    assert (5, 20) == (len(caught.value.candidates), caught.value.total)


async def test_one_device_two_sims(resolver):
    """An IMEI that was seen with two SIMs is asked back."""
    resolver.note(a_sim(), [a_session()])
    resolver.note(a_sim(sid=sid(2)), [a_session()])

    assert resolver.known_sid(identify(IMEI)) is None
    with pytest.raises(SimAmbiguous, match="2 SIMs were seen in the device"):
        await resolver.resolve(identify(IMEI))


@pytest.mark.parametrize(
    ("text", "says", "names"),
    [
        (
            "pmp-7",
            "No SIM is called `pmp-7`. Did you mean `pump-7 · …",
            ["pump-7", "pump-7", "pump-17", "pump-70"],
        ),
        ("8901 2600 1234", "has 12 digits; an ICCID has 18 to 22", ["pump-7"]),
        ("8901 2600 9999", "has 12 digits; an ICCID has 18 to 22. Paste the whole", []),
        (ICCID[:-1] + "0", "No SIM has the ICCID", ["pump-7"]),
        (SID[:-1] + "9", "has the SID", ["pump-7"]),
        (SID[:-1], "has 31 characters after DE", ["pump-7"]),
        (IMEI, "No session seen so far has the IMEI", []),
        ("qwertzuiop", "Nothing similar either", []),
    ],
)
async def test_not_found(resolver, listed, text, says, names):
    """What was understood is said, with the SIMs that come near."""
    with pytest.raises(SimNotFound) as caught:
        await resolver.resolve(identify(text))

    assert says in caught.value.sentence
    assert names == [sim.name for sim in caught.value.candidates][: len(names) or None]


async def test_not_found_while_the_list_is_read(resolver, api):
    """Before the list was read once, that is said instead of a claim about near names."""
    api.faults.add(Fault("/v1/Sims/qwertzuiop", status=404, body="{}"), hang("/v1/Sims"))
    with pytest.raises(SimNotFound, match="still reading the list of SIMs"):
        await resolver.resolve(identify("qwertzuiop"))


async def test_not_found_and_the_list_unreadable(resolver, directory, api, clock):
    """Where the list cannot be read, that is said."""
    api.faults.add(Fault("/v1/Sims/nobody", times=None, status=404, body="{}"))
    api.faults.add(broken(500, "/v1/Sims", times=None))
    await directory.refresh()
    clock.move(25)
    with pytest.raises(SimNotFound, match="list of SIMs could not be read"):
        await resolver.resolve(identify("nobody"))


HOSTILE = (
    "../RatePlans", "../../etc/passwd", "pump-7/DataSessions", "pump-7%2FDataSessions",
    "pump-7?PageSize=1", "pump-7#x", "a\\..\\b", "%2e%2e", "@evil.test", "//evil.test",
    "x;y=z&a=b+c", "Größe 7/ß",
)  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
async def test_nothing_typed_changes_the_path(resolver, api, name):
    """A name with any characters is one segment of the path, and found if a SIM has it."""
    with pytest.raises(SimNotFound):
        await resolver.resolve(identify(name))
    asked = [path for path in paths(api) if path != "/v1/Sims"]

    assert f"/v1/Sims/{quote(identify(name).value, safe='')}" == asked[0]
    assert {3} == {path.count("/") for path in asked}
    assert [""] == sorted({each.query for each in api.requests if each.path in asked})


ODD = ["../RatePlans", "a/b", "a%2Fb", "a?b#c", "100% ok", "a+b c", "“x”", "_x_", "pump!", "Größe"]


@pytest.mark.parametrize("name", [*ODD, IMEI, ICCID[:-1] + "0", "123456789012", MIXED[:-1]])
async def test_a_name_can_look_like_anything(resolver, api, name):
    """Odd, as if wrapped, or like an IMEI, an ICCID or half a SID: it is found as a name."""
    api.add(a_row(50, unique_name=name))

    assert sid(50) == await found_sid(resolver, name)


async def test_the_case_of_a_sid(resolver, api):
    """A SID is asked for as it is typed first, then in the lower case that KORE uses."""
    api.add(a_row(60, sid=MIXED))
    api.add(a_row(61, sid="DE" + "a" * 32))

    assert MIXED == await found_sid(resolver, MIXED)
    assert "DE" + "a" * 32 == await found_sid(resolver, "DE" + "A" * 32)


async def test_a_renamed_sim(resolver, directory, api):
    """The list may be old: a name that moved to another SIM leads to that one."""
    await directory.refresh()
    api.add(a_row(1, sid=SID, unique_name="pump-8"))
    api.add(a_row(60, unique_name="pump-7"))

    assert sid(60) == await found_sid(resolver, "pump-7")


async def test_a_friendly_name_that_moved(resolver, directory, api):
    """A SIM that has lost the friendly name since the list was read is not given for it."""
    await directory.refresh()
    api.add(a_row(3, unique_name="pump-70", friendly_name="South Gate"))
    with pytest.raises(SimNotFound):
        await resolver.resolve(identify("North Gate"))


async def test_another_sim_than_asked_for(resolver, api, caplog):
    """When KORE answers a name with a SIM of another name, that SIM is not taken for it."""
    wrong = f'{{"sid": "{SID}", "unique_name": "pump-7"}}'
    api.faults.add(Fault("/v1/Sims/pump-8", status=200, body=wrong))
    with pytest.raises(SimNotFound):
        await resolver.resolve(identify("pump-8"))

    assert "kore-answered-another-sim" in caplog.text


async def test_a_filter_that_does_not_filter(resolver, api):
    """A server that ignores the ICCID filter is not read to its end, nor believed."""
    rows = ",".join(f'{{"sid": "{sid(n)}", "iccid": "89{n:017}"}}' for n in range(30))
    api.faults.add(Fault("/v1/Sims", status=200, body=f'{{"sims": [{rows}], "meta": {{}}}}'))

    with pytest.raises(SimNotFound, match="has the ICCID"):
        await resolver.resolve(identify("8901260000000000992"))


async def test_many_ask_for_one_iccid(resolver, api):
    """Fifty people asking for one ICCID make one request."""
    answers = await asyncio.gather(*(resolver.resolve(identify(ICCID)) for _ in range(50)))

    assert {SID} == {answer.value.sid for answer in answers}
    assert 1 == len(paths(api))


@pytest.mark.parametrize(("status", "error"), [(400, SimNotFound), (403, KoreDenied)])
async def test_what_kore_refuses(resolver, api, status, error):
    """A bad parameter is a name that no SIM has; a key without the right is told as that."""
    api.faults.add(Fault("/v1/Sims", times=None, status=status, body='{"code": 33101}'))
    with pytest.raises(error):
        await resolver.resolve(identify("pump-7"))


@pytest.fixture
async def kept(kore, listed, api, clock):
    """Two SIMs read an hour ago, and KORE is down."""
    await kore.sim(SID)
    await kore.sim(sid(3))
    clock.move(3600)
    api.faults.add(broken(503, times=None))


@pytest.mark.parametrize("text", [SID, ICCID, "pump-7", "North Gate", "PUMP-7"])
async def test_kore_is_down_and_the_sim_is_kept(resolver, kept, text):
    """While KORE is down a SIM that was read before is given as stale, by whatever name."""
    found = await resolver.resolve(identify(text))

    assert found.stale
    assert (sid(3) if text == "North Gate" else SID) == found.value.sid


@pytest.mark.parametrize("text", [sid(2), "pump-17", "Depot 9", IMEI])
async def test_kore_is_down_and_nothing_is_kept(resolver, directory, api, text):
    """Otherwise it is said that KORE does not answer, not that there is no such SIM."""
    await directory.refresh()
    api.faults.add(broken(503, times=None))
    with pytest.raises(KoreUnavailable):
        await resolver.resolve(identify(text))


async def test_fresh_goes_past_what_is_kept(resolver, api):
    """Asked afresh, KORE is asked again."""
    await resolver.resolve(identify("pump-7"))
    await resolver.resolve(identify("pump-7"), fresh=True)

    assert ["/v1/Sims/pump-7", f"/v1/Sims/{SID}"] == paths(api)


async def test_patience_is_passed_on(kore, directory, clock):
    """A resolver that is patient waits for the first list."""
    resolver = SimResolver(kore, directory, clock, patience=5.0)
    with pytest.raises(SimNotFound):
        await resolver.resolve(identify("nobody"))

    assert 5.0 in clock.slept


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
    with pytest.raises(SimNotFound, match="No SIM is called"):
        await resolver.resolve(identify(text))


@pytest.fixture
def seen():
    return SeenSims(sims=3, devices=3)


def test_names_and_iccids(seen):
    """A SIM that was looked up is known by its unique name in any case and by its ICCID."""
    seen.note(a_sim())

    assert (SID, SID) == (seen.sid_of_unique_name("PUMP-7"), seen.sid_of_iccid(ICCID))


def test_friendly_names_are_not_unique(seen):
    """A friendly name, a stranger and an ICCID as a name lead nowhere."""
    seen.note(a_sim(unique_name=None, friendly_name="pump-7", iccid=None))
    seen.note(a_sim())

    assert seen.sid_of_unique_name("pump-8") is None
    assert seen.sid_of_unique_name(ICCID) is None
    assert seen.sid_of_iccid("pump-7") is None


@pytest.mark.parametrize("imei", [IMEI, IMEI[:14] + "78", "01493100-012970-0"])
def test_devices(seen, imei):
    """The SIM is found by IMEI and IMEISV alike: their first 14 digits are the device."""
    seen.note(a_sim(), [a_session()])

    assert [SID] == [sim.sid for sim in seen.sims_in(imei)]


@pytest.mark.parametrize("imei", [None, "", "000000000000000", "1234"])
def test_placeholders_are_no_device(seen, imei):
    """An IMEI that was not reported finds nothing."""
    seen.note(a_sim(), [a_session(imei=imei)])

    assert () == seen.sims_in("000000000000000")
    assert () == seen.sims_in(imei or "")


def test_the_latest_sim_of_a_device_comes_first(seen):
    """One that changed its SIM is known with both, the latest first, whatever was noted last."""
    newer = a_session(start=NOON, last_updated=NOON + timedelta(hours=1))
    older = a_session(start=NOON - timedelta(days=3), end=NOON - timedelta(days=2))
    seen.note(a_sim(), [newer])
    seen.note(a_sim(sid=sid(2), unique_name="spare"), [older])

    assert [SID, sid(2)] == [sim.sid for sim in seen.sims_in(IMEI)]


def test_a_sim_is_noted_anew(seen):
    """Noted again, a SIM stands there once, as it was last."""
    seen.note(a_sim(status="new"), [a_session()])
    seen.note(a_sim(), [a_session(last_updated=None), a_session(start=None, last_updated=None)])

    assert ["active"] == [sim.status for sim in seen.sims_in(IMEI)]


def test_it_is_bounded(seen):
    """What was not used for longest is forgotten, and a device keeps its latest SIMs only."""
    for n in range(20):
        seen.note(
            a_sim(sid=sid(n), unique_name=f"pump-{n}"),
            [a_session(start=NOON + timedelta(days=n), last_updated=None)],
        )

    assert seen.sid_of_unique_name("pump-16") is None
    assert sid(17) == seen.sid_of_unique_name("pump-17")
    assert [sid(n) for n in range(19, 11, -1)] == [sim.sid for sim in seen.sims_in(IMEI)]
