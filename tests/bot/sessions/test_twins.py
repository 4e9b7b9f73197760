"""One device live in two SIMs, also where one of them alone is asked for."""

from datetime import timedelta

from bot.diagnosis.contrast import Live
from bot.sessions.peers import Peers
from bot.struct import replace
from tests.bot.sessions.conftest import a_sid
from tests.bot.sessions.test_peers import Scan, a_peer

IMEI = "353166091234560"


def cause(report):
    return report.cause and (report.cause.rule, report.cause.evidence.get("other"))


async def test_a_twin_looked_up_lately_is_told(put, open_with, clock):
    """One by one as together; ten minutes later nobody knows of it."""
    lookup = open_with(Peers(clock))
    first = await lookup.look_up(put(1, imei=IMEI, name="router-1"))
    second = await lookup.look_up(put(2, imei=IMEI, name="router-2"))
    again = await lookup.look_up(a_sid(1), fresh=True)
    clock.move(601)
    later = await lookup.look_up(a_sid(2))

    assert [None, ("twin_imei", "router-1"), ("twin_imei", "router-2"), None] == list(
        map(cause, (first, second, again, later))
    )


async def test_a_twin_of_the_last_scan_is_told_as_in_its_alert(put, open_with, clock):
    """A look says whether it is in that device still, where the scan is of before."""
    sids = [put(1, imei=IMEI), put(2, imei=IMEI, name="router-2"), put(3), put(4, imei=IMEI[::-1])]
    start, heard = clock.now() - timedelta(hours=40), clock.now() - timedelta(hours=3)
    told = []
    for twin, device in ((2, IMEI), (3, IMEI), (4, IMEI)):
        live = Live(a_sid(twin), f"router-{twin}", device, start, heard)
        peer = replace(a_peer(clock, twin), live=live, device=device[:14])
        lookup = open_with(Peers(clock, Scan(peer), open_with(None).look_up, patience=120))
        told.append(cause(await lookup.look_up(sids[0])))

    assert [("twin_imei", "router-2"), None, None] == told


async def test_an_imei_that_many_have_is_no_twin(put, open_with, clock):
    """A placeholder in the scan is one also where two that have it were looked up."""
    live = [Live(a_sid(n), "x", IMEI, clock.now(), clock.now()) for n in range(10, 20)]
    scan = Scan(
        *(
            replace(a_peer(clock, 10 + n, hours=0), live=each, device=IMEI[:14])
            for n, each in enumerate(live)
        )
    )
    lookup = open_with(Peers(clock, scan))
    reports = [await lookup.look_up(put(n, imei=IMEI)) for n in (1, 2)]

    assert [None, None] == list(map(cause, reports))
