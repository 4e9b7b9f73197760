"""Values with defaults, so that a test names only what it is about."""

from datetime import UTC, datetime
from typing import Any

from pydantic import TypeAdapter

from bot.kore.models import DataSession, SessionRow, Sim

SID = "DE" + "0" * 31 + "1"
ACCOUNT = "AC" + "0" * 32
ICCID = "8901260012345678909"
IMEI = "014931000129700"
# Longer than a DNS name may be: the resolver refuses it itself and asks no server, however slow.
NO_SUCH_HOST = "nowhere." * 32 + "invalid"
NOON = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)


def a_sim(**changes: Any) -> Sim:
    """Return an active SIM called pump-7."""
    plain = {"sid": SID, "unique_name": "pump-7", "iccid": ICCID, "status": "active"}
    return Sim.model_validate(plain | {"account_sid": ACCOUNT} | changes)


_SESSION_ROW: TypeAdapter[DataSession] = TypeAdapter(SessionRow)


def session_of(row: Any) -> DataSession:
    """Return what is read of a row of KORE's."""
    return _SESSION_ROW.validate_python(row)


def a_session(**changes: Any) -> DataSession:
    """Return an LTE session on T-Mobile that started at noon and is open."""
    plain = {
        "sid": "WN" + "0" * 32,
        "sim_sid": SID,
        "account_sid": ACCOUNT,
        "radio_link": "LTE",
        "operator_mcc": "310",
        "operator_mnc": "260",
        "operator_country": "USA",
        "operator_name": "T-Mobile USA",
        "cell_id": "310-260-40482-1243",
        "cell_location_estimate": {"lat": 37.8828168, "lon": -122.3684899},
        "packets_uploaded": 246,
        "packets_downloaded": 296,
        "last_updated": NOON,
        "start": NOON,
        "end": None,
        "imei": IMEI,
    }
    return session_of(plain | changes)
