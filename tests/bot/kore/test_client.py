import asyncio
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

import httpx
import pytest

from bot import struct
from bot.emulators.kore.faults import broken, hang, late, not_json, slow_body, too_many, truncated
from bot.errors import SettingsError
from bot.kore.connect import KoreConfig, open_kore
from bot.kore.errors import (
    KoreBadAnswer,
    KoreBadRequest,
    KoreDenied,
    KoreNotFound,
    KoreRateLimited,
    KoreUnavailable,
)
from bot.kore.requester import RetryPolicy
from tests.bot.kore.conftest import paths
from tests.builders import SID, a_session

ROW = {"sid": "WN1", "sim_sid": SID, "start": "2026-01-05T11:00:00Z"}


async def test_every_property_of_a_session(kore, api):
    """Every property of the DataSession resource comes through."""
    told = a_session().model_dump(mode="json")
    api.add({"sid": SID, "status": "active"}, [told])

    (session,) = (await kore.data_sessions(SID)).value
    assert a_session() == session
    assert None not in [value for name, value in session.model_dump().items() if name != "end"]
    assert 16 == len(session.model_dump())


@pytest.mark.parametrize("name", [SID, "pump-7"])
async def test_a_sim_by_sid_or_name(kore, name):
    """A SIM is found by its SID and by its unique name."""
    assert SID == (await kore.sim(name)).value.sid


async def test_by_name_then_by_sid(kore, api):
    """Who found it by name knows it by SID as well."""
    await kore.sim("pump-7")
    await kore.sim(SID)

    assert ["/v1/Sims/pump-7"] == paths(api)


ODD = ["a/b", "../RatePlans", "a?Status=new", "a%2Fb", "a b", "é"]


@pytest.mark.parametrize("name", [*ODD, "#", "a\\b", "..%2f..", ";x", "+"])
async def test_odd_names(wired, live, name):
    """Whatever the name, it stays one segment of the path."""
    live.add({"sid": "DE" + "2" * 32, "unique_name": name, "status": "active"})

    assert name == (await wired().sim(name)).value.unique_name
    (path,) = paths(live)
    assert ("/v1/Sims/", 3) == (path[:9], path.count("/"))


@pytest.mark.parametrize("name", ["", ".", "..", "..."])
async def test_names_that_are_no_segment(kore, api, name):
    """Names that would vanish from the path are not asked for at all."""
    with pytest.raises(KoreNotFound):
        await kore.sim(name)

    assert [] == paths(api)


async def test_filters(kore, api):
    """Every filter of the list goes out under KORE's name."""
    filters = {"status": "active", "iccid": "8", "rate_plan": "W P"}
    with suppress(KoreBadRequest):
        _ = [sim async for sim in kore.sims(**filters)]

    assert "Status=active&Iccid=8&RatePlan=W+P&PageSize=1000" == api.requests[-1].query


async def test_usage(kore, api):
    """Usage is asked for in KORE's form of a time, in UTC, and given as records."""
    start = datetime(2026, 1, 1, tzinfo=UTC)
    found = await kore.usage_records(SID, start=start, granularity="all")

    assert "Start=2026-01-01T00%3A00%3A00Z" in api.requests[-1].query
    assert isinstance(found.value, tuple)


async def test_no_such_rate_plan(kore):
    """What KORE does not have is not found."""
    with pytest.raises(KoreNotFound):
        await kore.rate_plan("WP" + "0" * 32)


FAULTS = [broken(500), broken(502), broken(503), broken(504), too_many(), not_json()]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: str(fault.status))
async def test_a_passing_fault(kore, api, clock, fault):
    """What passes is tried again and the asker never knows."""
    api.faults.add(struct.replace(fault, path="Sims"))

    assert SID == (await kore.sim(SID)).value.sid
    assert 2 == len(paths(api))
    assert clock.slept


@pytest.mark.parametrize(
    "fault", [truncated("Sims"), slow_body("Sims", pause=0.3)], ids=["truncated", "slow"]
)
async def test_a_passing_fault_of_the_body(wired, live, fault):
    """A body that is cut off or stalls is tried again as well."""
    live.faults.add(fault)

    assert SID == (await wired(read_timeout=0.1).sim(SID)).value.sid


LASTING = [
    (broken(503, times=None), KoreUnavailable),
    (too_many(times=None, retry_after=None), KoreRateLimited),
    (not_json(times=None), KoreBadAnswer),
]


@pytest.mark.parametrize(("fault", "expected"), LASTING, ids=["503", "429", "not JSON"])
async def test_a_lasting_fault(kore, api, fault, expected):
    """What does not pass becomes an error of ours, after four tries."""
    api.faults.add(struct.replace(fault, path="Sims"))
    with pytest.raises(expected):
        await kore.sim(SID)

    assert 4 == len(paths(api))


FINAL = [(400, KoreBadRequest), (404, KoreNotFound), (415, KoreBadRequest), (422, KoreBadRequest)]


@pytest.mark.parametrize(("status", "expected"), FINAL)
async def test_a_final_answer(kore, api, status, expected):
    """What KORE says on purpose is asked once."""
    api.faults.add(broken(status, "Sims"))
    with pytest.raises(expected) as caught:
        await kore.sim(SID)

    assert (1, status) == (len(paths(api)), caught.value.status)


SLOW = [
    (hang("Sims", times=None), 0.05, RetryPolicy(tries=2)),
    (slow_body("Sims", pause=0.1, times=None), 5, RetryPolicy(budget=0.15)),
]


@pytest.mark.parametrize(("fault", "seconds", "retry"), SLOW, ids=["hangs", "drips"])
async def test_kore_hangs(wired, live, fault, seconds, retry):
    """No answer, or one that trickles in below every time-out, costs the budget, no more."""
    live.faults.add(fault)

    with pytest.raises(KoreUnavailable):
        await wired(read_timeout=seconds, retry=retry).sim(SID)


async def test_nobody_there(clock, config):
    """A KORE that is not there is unavailable, not a stack trace."""
    config = replace(config, api_url="http://127.0.0.1:1", token_url="http://127.0.0.1:1/t")
    kore = open_kore(config, clock)
    with pytest.raises(KoreUnavailable):
        await kore.sim(SID)
    await kore.aclose()


async def down(kore, *names):
    """Ask for SIMs while KORE is down."""
    for name in names:
        with pytest.raises(KoreUnavailable):
            await kore.sim(name)


async def test_the_circuit(kore, api, counts, clock):
    """When KORE is down a flood of questions is answered at once, unasked; then it is back."""
    api.faults.add(broken(503, "Sims", times=None))
    await down(kore, *"abcdefgh")
    asked = len(paths(api))
    for number in range(100):
        with pytest.raises(KoreUnavailable, match=r"^KORE has been down for .* \(HTTP 503\)"):
            await kore.sim(f"sim-{number}")
    flooded = len(paths(api))
    api.faults.clear()
    clock.move(60)
    back = await kore.sim(SID)

    assert (asked, SID) == (flooded, back.value.sid)
    assert [True, False] == counts.circuits


async def test_a_failed_probe_shuts_the_door_again(kore, api, clock):
    """While KORE is down one request a pause looks for it, and no more."""
    api.faults.add(broken(503, "Sims", times=None))
    await down(kore, *(f"sim-{number}" for number in range(20)))
    clock.move(60)
    asked = len(paths(api))
    await down(kore, *["probe"] * 5)

    assert 1 == len(paths(api)) - asked


async def test_stale_then_an_error(kore, api, clock):
    """With KORE down, what was known is given and marked; what was not known is a clear error."""
    api.add({"sid": SID, "status": "active"}, [ROW])
    await kore.data_sessions(SID)
    clock.move(600)
    api.faults.add(broken(503, times=None))
    found = await kore.data_sessions(SID)

    assert (True, 1) == (found.stale, len(found.value))
    with pytest.raises(KoreUnavailable):
        await kore.sim("another")


async def test_bad_rows_are_counted_from_the_cache_too(kore, api, counts):
    """How many rows were left out is known also when the answer comes from the cache."""
    api.add({"sid": SID, "status": "active"}, [ROW, ROW | {"start": "soon"}])

    assert [1, 1] == [(await kore.data_sessions(SID)).skipped_rows for _ in range(2)]
    assert 1 == counts.skipped


async def test_expired_tokens(kore, api):
    """Tokens that expire at KORE's side are renewed without a word."""
    await kore.sim(SID)
    api.tokens.expire_all()

    assert SID == (await kore.sim(SID, fresh=True)).value.sid


async def test_a_wrong_secret(clock, config, api):
    """A wrong secret is said so, at once."""
    wrong = replace(config, client_secret="wrong")
    kore = open_kore(wrong, clock, transport=httpx.ASGITransport(app=api.app))

    with pytest.raises(KoreDenied, match="client id or secret"):
        await kore.sim(SID)


async def test_fifty_askers(wired, live):
    """Fifty who ask for one SIM make one request for it and one for its sessions."""
    live.faults.latency = 0.01
    kore = wired()
    await asyncio.gather(
        *(ask for _ in range(50) for ask in (kore.sim(SID), kore.data_sessions(SID)))
    )

    assert [f"/v1/Sims/{SID}", f"/v1/Sims/{SID}/DataSessions"] == sorted(paths(live))


async def test_an_asker_who_leaves(wired, live):
    """A cancelled asker leaves the pool, the limits and the others whole."""
    live.faults.add(late(0.05, "Sims", times=1))
    kore = wired(at_once=1)
    leaver = asyncio.create_task(kore.sim("pump-7"))
    await asyncio.sleep(0.01)
    leaver.cancel()

    assert SID == (await kore.sim(SID)).value.sid


async def test_outcomes_are_observed(kore, api, counts):
    """Each request is counted with what came of it."""
    api.faults.add(broken(503, "Sims"))
    await kore.sim(SID)

    assert [("sim", "503"), ("sim", "200")] == counts.asks


def test_without_credentials(clock):
    """Without credentials nothing is opened, and what is missing is named."""
    with pytest.raises(SettingsError, match="KORE_CLIENT_ID"):
        open_kore(KoreConfig(), clock)


async def test_all_of_the_first_look_up_after_a_silence(kore, api, clock):
    """What is asked side by side, as a SIM and its sessions are, is answered when KORE is back."""
    api.faults.add(broken(503, "Sims", times=None))
    await down(kore, *"abcdefgh")
    api.faults.clear()
    api.faults.latency = 0.1
    clock.move(60)
    sim, sessions = await asyncio.gather(kore.sim(SID), kore.data_sessions(SID))

    assert (SID, ()) == (sim.value.sid, sessions.value)


async def test_a_probe_that_is_refused(kore, api, clock, config):
    """A KORE that is back but refuses the key is no longer down: the next one is asked again."""
    api.faults.add(broken(503, times=None))
    await down(kore, *"abcdefgh")
    api.faults.clear()
    api.faults.add(struct.replace(broken(401, times=1), path="token"))
    clock.move(60)
    with pytest.raises(KoreDenied):
        await kore.sim("d")

    assert SID == (await kore.sim(SID)).value.sid


async def test_several_429s_slow_everybody_down(kore, api, config):
    """Several 429s reach the limits that all questions share: fewer at once."""
    limiter = kore._requester._limiter
    api.faults.add(too_many("Sims", times=2))
    await kore.sim(SID)

    assert limiter.at_once <= config.at_once / 2


async def test_a_stray_429(kore, api):
    """A 429 to the second of 52 SIMs costs that SIM its own wait, and all are answered."""
    sids = [f"DE{number:032}" for number in range(52)]
    for sid in sids:
        api.add({"sid": sid, "status": "active"})
    api.faults.add(too_many(sids[1]))
    found = await asyncio.gather(*(kore.sim(sid) for sid in sids))

    assert sids == [each.value.sid for each in found]
    assert kore._requester._limiter.rate is None


async def test_our_own_queue_costs_no_budget(api, clock, config):
    """Who stands in our own queue for longer than the budget is still answered."""
    api.faults.latency = 0.1
    slow = replace(config, per_second=0.5)
    kore = open_kore(slow, clock, transport=httpx.ASGITransport(app=api.app))
    asked = (kore.sim(SID), kore.data_sessions(SID), *(kore.sim(f"x{n}") for n in range(20)))
    found = await asyncio.gather(*asked, return_exceptions=True)

    assert {KoreNotFound} == {type(each) for each in found[2:]}


async def test_a_session_is_kept_without_its_notes(kore, api):
    """Whether it comes from KORE or from the cache it is all there, at half of the weight."""
    api.add({"sid": SID, "status": "active"}, [ROW])
    fresh = (await kore.data_sessions(SID)).value[0]
    kept = (await kore.data_sessions(SID)).value[0]

    assert fresh == kept
    assert [set(), set()] == [each.model_fields_set for each in (fresh, kept)]
