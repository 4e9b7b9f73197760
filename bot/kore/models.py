"""KORE's answers as frozen values. Unknown (null, missing or "") is None, never 0 or "".

Field by field: docs.korewireless.com, DataSession, SIM, RatePlan and UsageRecord resources.
"""

from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar, Generic, TypeVar

from pydantic import (
    AfterValidator,
    AliasChoices,
    AliasPath,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    TypeAdapter,
    model_validator,
)
from pydantic_core import CoreSchema, core_schema

T = TypeVar("T")
NOT_READ = "-"  # no answer of KORE's has such a key


class ElseUnknown:
    """Marks a field whose unreadable values are unknown instead of a fault of the row."""

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.with_default_schema(handler(source), default=None, on_error="default")


class UsuallyInUtc:
    """Marks a time whose usual way of writing, `2026-01-05T11:00:31Z`, is read without Python."""

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        usual = core_schema.no_info_after_validator_function(
            datetime.fromisoformat,
            core_schema.str_schema(strict=True, pattern="^2.*Z$"),
        )
        either = core_schema.union_schema([usual, handler(source)], mode="left_to_right")
        return core_schema.nullable_schema(either)


class InUtc:
    """Marks a time that is read in Python's own UTC, whatever zone it was told in.

    That takes longer than pydantic's own way, and pays where rules compare them all: two times in
    one zone object do that ten times as fast as two of pydantic's, which have a new one each.
    """

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        read = core_schema.no_info_plain_validator_function(_in_utc)
        return core_schema.nullable_schema(read)


_AWARE: TypeAdapter[datetime] = TypeAdapter(AwareDatetime)


def _in_utc(told: Any) -> datetime:  # noqa: ANN401 -- whatever stands there
    """Read KORE's usual way of writing first; all others as pydantic does."""
    try:
        moment = datetime.fromisoformat(told)
    except (TypeError, ValueError):
        return _AWARE.validate_python(told).astimezone(UTC)
    return moment if moment.tzinfo is UTC else _AWARE.validate_python(told).astimezone(UTC)


Moment = Annotated[datetime | None, InUtc(), UsuallyInUtc()]
Text = Annotated[str | None, ElseUnknown()]
Imei = Annotated[Annotated[str, Field(pattern="[^0]")] | None, ElseUnknown()]
Time = Annotated[AwareDatetime | None, ElseUnknown()]
Whole = Annotated[int | None, ElseUnknown()]
Flag = Annotated[bool | None, ElseUnknown()]


def _padded(mcc: str | None) -> str | None:
    """Return back the zeros that an integer loses: an MCC has three digits."""
    return mcc and mcc.zfill(3)


class _Answer(BaseModel):
    model_config = ConfigDict(
        frozen=True,
        extra="ignore",
        coerce_numbers_to_str=True,
        str_strip_whitespace=True,
        str_min_length=1,
        populate_by_name=True,
        defer_build=True,  # with the first answer: none is read at the start
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

    sid: Text = None
    sim_sid: Text = None
    account_sid: Text = None
    radio_link: Text = None
    operator_mcc: Annotated[Text, AfterValidator(_padded)] = None
    operator_mnc: Text = None
    operator_country: Text = None
    operator_name: Text = None
    cell_id: Text = None
    cell_location_estimate: Annotated[CellLocation | None, ElseUnknown()] = None
    packets_uploaded: int | None = None
    packets_downloaded: int | None = None
    last_updated: AwareDatetime | None = None
    start: AwareDatetime | None = None
    end: AwareDatetime | None = None
    imei: Imei = None


class ScannedSession(DataSession):
    """A session as a scan reads it: without its ids and the tower's place, which no verdict asks.

    Reading those would cost as much again as all the rest.
    """

    model_config = ConfigDict(populate_by_name=False)

    sid: None = Field(default=None, validation_alias=NOT_READ)
    account_sid: None = Field(default=None, validation_alias=NOT_READ)
    cell_location_estimate: None = Field(default=None, validation_alias=NOT_READ)
    last_updated: Moment = None
    start: Moment = None
    end: Moment = None


class Sim(_Answer):
    """One SIM. `status` is an open set: a status nobody has heard of is kept as it came."""

    sid: str
    unique_name: Text = None
    friendly_name: Text = None
    account_sid: Text = None
    status: Text = None
    rate_plan_sid: Text = None
    iccid: Text = None
    eid: Text = Field(default=None, validation_alias=AliasChoices("eid", "e_id"))
    reset_status: Text = None
    ip_address: Text = None
    date_created: Time = None
    date_updated: Time = None

    @property
    def name(self) -> str:
        """What people call it: the unique name, else the friendly name, else the SID."""
        return self.unique_name or self.friendly_name or self.sid


class RatePlan(_Answer):
    """What a SIM is allowed. `data_limit` is in MB."""

    sid: str
    unique_name: Text = None
    friendly_name: Text = None
    account_sid: Text = None
    data_enabled: Flag = None
    data_limit: Whole = None
    data_metering: Text = None
    data_limit_strategy: Text = None
    messaging_enabled: Flag = None
    national_roaming_enabled: Flag = None
    national_roaming_data_limit: Whole = None
    international_roaming: Annotated[tuple[str, ...] | None, ElseUnknown()] = None
    international_roaming_data_limit: Whole = None


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
        home = _bytes(data.get("home"))
        return _bytes(data) if home is None else home


def _bytes(part: object) -> int | None:
    """Read `total`, which may come as a whole number, with a fraction, or quoted."""
    total = part.get("total") if isinstance(part, dict) else None
    try:
        return None if total is None or isinstance(total, bool) else int(float(total))
    except (TypeError, ValueError, OverflowError):
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


class ScannedSessionPage(Page[DataSession]):
    """The same, as a scan reads it."""

    key = "data_sessions"
    row = ScannedSession
    rows: tuple[ScannedSession, ...] = Field(validation_alias="data_sessions")


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
