"""A day of an alert over a living fleet: nothing on a healthy one, an outage is one incident."""

from datetime import timedelta

import pytest

from bot.alerts.incident import IncidentState
from tests.alert_rig import alerting

pytestmark = pytest.mark.slow
HOUR = timedelta(hours=1)
LOST = [f"gateway-{number}" for number in (100000, 100002, 100006, 100010)]


@pytest.fixture(params=["sqlite"])
def kind(request):
    return request.param


@pytest.fixture
async def rig(database):
    """Return an alert's rig over twenty SIMs that live on."""
    async with alerting(database, sims=20) as made:
        yield made


async def test_a_healthy_fleet_is_left_alone(rig):
    """Gateways, tanks, kiosks, meters and vans live through a day without an incident."""
    await rig.add(interval=HOUR)
    await rig.move(24 * 60, step=60)
    _, state = await rig.parts.alerting.alerts.with_state("a1")

    assert [] == await rig.incidents()
    assert [] == rig.seen()
    assert 20 == state.sims


async def test_an_outage_is_one_incident_with_all_its_sims(rig):
    """It opens with the first scan after the verdict, once, and ends by itself."""
    await rig.add(interval=HOUR)
    await rig.move(60, step=60)
    for name in LOST:
        rig.kore.events.go_silent(name)
        rig.parts.clock.move(90)
    await rig.move(26 * 60, step=60)
    (incident,) = await rig.incidents()
    _, state = await rig.parts.alerting.alerts.with_state("a1")
    verdict = min(state.ill[sid].seen for sid in incident.sids)
    for name in LOST:
        rig.kore.events.recover(name)
    await rig.move(3 * 60, step=60)
    (over,) = await rig.incidents()

    assert set(LOST) == {member.name for member in incident.members}
    assert incident.opened_at.timestamp() - verdict <= 2 * HOUR.total_seconds()
    assert 1 == len(rig.mentions())
    assert 1 == len(rig.cards())
    assert IncidentState.RESOLVED is over.state
    assert timedelta(hours=25) <= over.time_to_end <= timedelta(hours=29)
