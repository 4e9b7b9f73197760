"""What a scan reads of a SIM's sessions: a page as it came, read when there are several."""

import json

import pytest

from bot.emulators.kore.faults import Fault
from bot.kore.errors import KoreUnavailable
from tests.bot.kore.conftest import paths
from tests.builders import SID

ROW = {"sim_sid": SID, "start": "2026-01-05T09:00:00Z", "operator_mcc": 310}


def page(*rows, next_page=None):
    meta = {"key": "data_sessions", "next_page_url": next_page}
    return json.dumps({"data_sessions": rows, "meta": meta}).encode()


async def test_a_page_is_read_as_everybody_reads_it(kore, api):
    """The sessions of the page are those that a look-up would be given."""
    api.add({"sid": SID, "status": "active"}, [ROW, ROW | {"start": "2026-01-04T09:00:00Z"}])
    rows = kore.read_scanned(await kore.scanned_page(SID), SID)
    whole = await kore.data_sessions(SID)

    assert [(row.start, row.operator_mcc) for row in whole.value] == sorted(
        ((row.start, row.operator_mcc) for row in rows.rows), reverse=True
    )


async def test_the_page_goes_past_what_is_kept(kore, api):
    """Each asking asks KORE, and keeps nothing for others."""
    for _ in range(2):
        await kore.scanned_page(SID)

    assert 2 == sum(asked.path.endswith("DataSessions") for asked in api.requests)


@pytest.mark.parametrize(
    "body",
    [
        page(ROW, next_page="https://kore.test/v1/Sims/x/DataSessions?Page=1"),
        b"<html>Scheduled maintenance</html>",
        b"",
        b'{"sims": []}',
        page(ROW)[:40],
    ],
)
def test_a_page_that_is_not_all_is_told(kore, body):
    """More pages, or what is no page, must be asked for as a whole."""
    assert kore.read_scanned(body, SID) is None


def test_rows_that_are_no_use_are_counted(kore, counts):
    """One odd row loses no page, and is counted."""
    rows = kore.read_scanned(page(ROW, {"start": "yesterday"}, 5), SID)

    assert (1, 2, 2) == (len(rows.rows), rows.skipped, counts.skipped)


async def test_a_failure_is_one_of_kores(kore, api):
    """What does not come in the end is an error with a sentence."""
    api.faults.add(Fault(path="DataSessions", times=None, status=503))

    with pytest.raises(KoreUnavailable):
        await kore.scanned_page(SID)


async def test_a_client_in_the_background_keeps_nothing(kore, api):
    """What is read in the background is read anew each time, and helps no look-up."""
    background = kore.in_background(at_once=2)
    await background.sim(SID)
    await background.sim(SID)
    await kore.sim(SID)
    await kore.sim(SID)
    await background.aclose()

    assert 3 == paths(api).count(f"/v1/Sims/{SID}")


async def test_rate_plans_are_kept(kore, api):
    """Rate plans are kept even there: a fleet has few of them."""
    plan = "WP" + "0" * 32
    api.add({"sid": SID, "rate_plan_sid": plan}, rate_plan={"sid": plan, "data_enabled": True})
    background = kore.in_background(at_once=2)
    for _ in range(2):
        await background.rate_plan(plan)
    await background.aclose()

    assert 1 == paths(api).count(f"/v1/RatePlans/{plan}")


async def test_a_background_client_opens_no_other(kore):
    """A client in the background has opens no other."""
    background = kore.in_background()
    with pytest.raises(ValueError, match="opens no other"):
        background.in_background()
    await background.aclose()

    assert background is not kore
