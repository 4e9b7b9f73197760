"""KORE's answers as frozen values. Unknown (null, missing or "") is None, never 0 or "".

Field by field: docs.korewireless.com, DataSession, SIM, RatePlan and UsageRecord resources.
"""

from typing import Annotated, Any, ClassVar, Generic, TypeVar

from pydantic import (
    AliasChoices,
    AliasPath,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    model_validator,
)
from pydantic_core import CoreSchema, core_schema

T = TypeVar("T")


class ElseUnknown:
    """Marks a field whose unreadable values are unknown instead of a fault of the row."""

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.with_default_schema(handler(source), default=None, on_error="default")


class _Answer(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="ignore", coerce_numbers_to_str=True, populate_by_name=True
    )


class CellLocation(_Answer):
    """Where the cell tower is thought to stand, in degrees. Never the device's own place."""

    lat: float = Field(ge=-90, le=90)
    lon: float = Field(ge=-180, le=180)

    @model_validator(mode="after")
    def _is_somewhere(self) -> "CellLocation":
        if self.lat == 0 == self.lon:
            msg = "0/0 is KORE's empty value"
            raise ValueError(msg)
        return self


class DataSession(_Answer):
    """One data connection of a SIM. `packets_*` count packets (not bytes) since `start`; UTC."""

    sid: str | None = None
    sim_sid: str | None = None
    account_sid: str | None = None
    radio_link: str | None = None
    operator_mcc: str | None = Field(default=None, min_length=3)
    operator_mnc: str | None = None
    operator_country: str | None = None
    operator_name: str | None = None
    cell_id: str | None = None
    cell_location_estimate: Annotated[CellLocation | None, ElseUnknown()] = None
    packets_uploaded: int | None = None
    packets_downloaded: int | None = None
    last_updated: AwareDatetime | None = None
    start: AwareDatetime | None = None
    end: AwareDatetime | None = None
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
    date_created: AwareDatetime | None = None
    date_updated: AwareDatetime | None = None

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

    start: AwareDatetime | None = None
    end: AwareDatetime | None = None


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


class Page(_Answer, Generic[T]):
    """One page of a list; `key` names the list in the answer, `row` is what it lists."""

    key: ClassVar[str]
    row: ClassVar[type[BaseModel]]
    rows: tuple[T, ...]
    next_page_url: str | None = Field(
        default=None, validation_alias=AliasPath("meta", "next_page_url")
    )


class DataSessionPage(Page[DataSession]):
    """`GET /v1/Sims/{sid}/DataSessions`."""

    key = "data_sessions"
    row = DataSession
    rows: tuple[DataSession, ...] = Field(validation_alias="data_sessions")


class SimPage(Page[Sim]):
    """`GET /v1/Sims`."""

    key = "sims"
    row = Sim
    rows: tuple[Sim, ...] = Field(validation_alias="sims")


class UsageRecordPage(Page[UsageRecord]):
    """`GET /v1/Sims/{sid}/UsageRecords`."""

    key = "usage_records"
    row = UsageRecord
    rows: tuple[UsageRecord, ...] = Field(validation_alias="usage_records")
