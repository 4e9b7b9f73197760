"""KORE's answers as frozen values. Unknown (null, missing or "") is None, never 0 or "".

Field by field: docs.korewireless.com, DataSession, SIM, RatePlan and UsageRecord resources.
"""

from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, AliasChoices, BaseModel, ConfigDict, Field


class _Answer(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="ignore", coerce_numbers_to_str=True, populate_by_name=True
    )


def _padded(mcc: str | None) -> str | None:
    return mcc and mcc.zfill(3)


class CellLocation(_Answer):
    """Where the cell tower is thought to stand, in degrees. Never the device's own place."""

    lat: float
    lon: float


class DataSession(_Answer):
    """One data connection of a SIM. `packets_*` count packets (not bytes) since `start`; UTC."""

    sid: str | None = None
    sim_sid: str | None = None
    account_sid: str | None = None
    radio_link: str | None = None
    operator_mcc: Annotated[str | None, AfterValidator(_padded)] = None
    operator_mnc: str | None = None
    operator_country: str | None = None
    operator_name: str | None = None
    cell_id: str | None = None
    cell_location_estimate: CellLocation | None = None
    packets_uploaded: int | None = None
    packets_downloaded: int | None = None
    last_updated: datetime | None = None
    start: datetime | None = None
    end: datetime | None = None
    imei: str | None = None


class Sim(_Answer):
    """One SIM. `status` is an open set: a status nobody has heard of is kept as it came."""

    sid: str
    unique_name: str | None = None
    friendly_name: str | None = None
    account_sid: str | None = None
    status: str | None = None
    rate_plan_sid: str | None = None
    iccid: str | None = None
    eid: str | None = Field(default=None, validation_alias=AliasChoices("eid", "e_id"))
    reset_status: str | None = None
    ip_address: str | None = None
    date_created: datetime | None = None
    date_updated: datetime | None = None

    @property
    def name(self) -> str:
        """What people call it: the unique name, else the friendly name, else the SID."""
        return self.unique_name or self.friendly_name or self.sid


class RatePlan(_Answer):
    """What a SIM is allowed. `data_limit` is in MB."""

    sid: str
    unique_name: str | None = None
    friendly_name: str | None = None
    account_sid: str | None = None
    data_enabled: bool | None = None
    data_limit: int | None = None
    data_metering: str | None = None
    data_limit_strategy: str | None = None
    messaging_enabled: bool | None = None
    national_roaming_enabled: bool | None = None
    national_roaming_data_limit: int | None = None
    international_roaming: tuple[str, ...] | None = None
    international_roaming_data_limit: int | None = None


class Period(_Answer):
    """From `start` to `end`, UTC."""

    start: datetime | None = None
    end: datetime | None = None


class UsageRecord(_Answer):
    """What a SIM used in a period. `data` holds bytes by kind of network, as KORE nests it."""

    account_sid: str | None = None
    sim_sid: str | None = None
    period: Period | None = None
    data: dict[str, Any] | None = None
    commands: dict[str, Any] | None = None

    @property
    def home_bytes(self) -> int | None:
        """`data.home.total`, else `data.total`, in bytes; None where neither is told."""
        data = self.data or {}
        for part in (data.get("home"), data):
            if isinstance(part, dict) and isinstance(part.get("total"), int):
                return int(part["total"])
        return None
