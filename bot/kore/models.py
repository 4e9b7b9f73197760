"""KORE's answers as frozen values. Unknown (null, missing or "") is None, never 0 or "".

Times are in Python's own UTC. Field by field: docs.korewireless.com, DataSession, SIM, RatePlan and
UsageRecord resources.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from functools import cached_property
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    AliasChoices,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    TypeAdapter,
    ValidationInfo,
)
from pydantic_core import CoreSchema, core_schema

T = TypeVar("T")


class ElseUnknown:
    """Marks a field whose unreadable values are unknown instead of a fault of the row."""

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.with_default_schema(handler(source), default=None, on_error="default")


MOST = 1 << 53
"""What a whole number can be in JSON; a larger one is nonsense."""
LONGEST_TEXT = 4096


def _padded(mcc: str) -> str:
    """Return back the zeros that an integer loses: an MCC has three digits."""
    return mcc.zfill(3)


def _somewhere(lon: float, info: ValidationInfo) -> float:
    if info.data.get("lat") == 0:
        raise ValueError("0/0 is KORE's empty value")
    return lon


_PAIRS = "|".join(f"{digit}[^{digit}]" for digit in range(10))
_DIFFERENT = f"(?s)^.*(?:{_PAIRS})"  # from the start on, which takes half as long as a search
Text = Annotated[str | None, ElseUnknown()]
Mcc = Annotated[
    Annotated[str, Field(min_length=3)] | Annotated[str, AfterValidator(_padded)] | None,
    Field(union_mode="left_to_right"),
    ElseUnknown(),
]
Imei = Annotated[Annotated[str, Field(pattern=_DIFFERENT)] | None, ElseUnknown()]
Whole = Annotated[Annotated[int, Field(ge=-MOST, le=MOST)] | None, ElseUnknown()]
Count = Annotated[Annotated[int, Field(ge=0, le=MOST)] | None, ElseUnknown()]
Flag = Annotated[bool | None, ElseUnknown()]
Longitude = Annotated[
    Annotated[float, Field(ge=-180, lt=0)]
    | Annotated[float, Field(gt=0, le=180)]
    | Annotated[float, Field(ge=0, le=0), AfterValidator(_somewhere)],
    Field(union_mode="left_to_right"),  # none but one of 0 is checked in Python
]


_MOMENT: TypeAdapter[datetime] = TypeAdapter(datetime)
YEARS = range(2000, 2201)
_DATE = len("2026-01-05")


class UsuallyInUtc:
    """Marks a time whose usual way of writing, `2026-01-05T11:00:31Z`, is read without Python."""

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        usual = core_schema.no_info_after_validator_function(
            datetime.fromisoformat,
            core_schema.str_schema(strict=True, pattern="^20.*Z$"),
        )
        return core_schema.union_schema([usual, handler(source)], mode="left_to_right")


class InUtc:
    """Marks a time that is read in Python's own UTC; one that cannot be read is unknown.

    That takes longer than pydantic's own way, and pays where rules compare them all: two times in
    one zone object do that ten times as fast as two of pydantic's, which have a new one each.
    """

    def __init__(self, read: Callable[[Any], datetime | None]) -> None:
        self.read = read

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.read)


def _in_utc(value: Any) -> datetime | None:  # noqa: ANN401 -- whatever stands there
    """Read KORE's usual way of writing first, all others as pydantic does; without a zone as UTC.

    A time before the year 2000, or centuries ahead, is a placeholder; a date alone is no time.
    """
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        try:
            moment = _MOMENT.validate_python(value)
        except ValueError:
            return None
    if isinstance(value, str) and len(value.strip()) <= _DATE:
        return None
    if moment.tzinfo is not UTC:
        moment = _converted(moment)
    return moment if moment.year in YEARS else None


def _readable(value: Any) -> datetime | None:  # noqa: ANN401 -- whatever stands there
    """Read a time. Raises ValueError where something stands there that is none."""
    is_blank = value is None or (isinstance(value, str) and not value.strip())
    return None if is_blank else _known(value)


def _known(value: Any) -> datetime:  # noqa: ANN401 -- whatever stands there
    """Read a time. Raises ValueError where it is unknown."""
    moment = _in_utc(value)
    if moment is None:
        raise ValueError("no time")
    return moment


def _converted(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return datetime.min.replace(tzinfo=UTC)


Moment = Annotated[datetime | None, InUtc(_in_utc), UsuallyInUtc()]
ReadableMoment = Annotated[datetime | None, InUtc(_readable), UsuallyInUtc()]


class KoreModel(BaseModel):
    """What is read of an answer: spaces around a text and keys that nobody knows are dropped."""

    model_config = ConfigDict(
        frozen=True,
        extra="ignore",
        coerce_numbers_to_str=True,
        str_strip_whitespace=True,
        str_min_length=1,
        str_max_length=LONGEST_TEXT,
        populate_by_name=True,
        defer_build=True,  # with the first answer: none is read at the start
    )


class CellLocation(KoreModel):
    """Where the cell tower is thought to stand, in degrees. Never the device's own place."""

    lat: float = Field(ge=-90, le=90)
    lon: Longitude


class DataSession(KoreModel):
    """One data connection of a SIM. `packets_*` count packets (not bytes) since `start`; UTC.

    An `end` that is given and cannot be read is an error here: that row is an UnclearEnd.
    """

    sid: Text = None
    sim_sid: Text = None
    account_sid: Text = None
    radio_link: Text = None
    operator_mcc: Mcc = None
    operator_mnc: Text = None
    operator_country: Text = None
    operator_name: Text = None
    cell_id: Text = None
    cell_location_estimate: Annotated[CellLocation | None, ElseUnknown()] = None
    packets_uploaded: Count = None
    packets_downloaded: Count = None
    last_updated: Moment = None
    start: Moment = None
    end: ReadableMoment = None
    imei: Imei = None

    @property
    def end_is_given(self) -> bool:
        """Whether anything stands in the answer for `end`; what cannot be read does as well."""
        return self.end is not None


class UnclearEnd(DataSession):
    """A session of which an `end` is given that cannot be read, or cannot be: it is unknown."""

    end: Annotated[None, BeforeValidator(lambda _told: None)] = None

    @property
    def end_is_given(self) -> bool:
        """Whether anything stands in the answer for `end`: always."""
        return True


SessionRow = Annotated[DataSession | UnclearEnd, Field(union_mode="left_to_right")]
"""A row of an answer; nearly all are of the first kind."""


class SessionRows(tuple[DataSession, ...]):  # noqa: SLOT001 -- it keeps readings
    """A SIM's sessions as one answer had them, with what was read out of them once.

    While the answer is cached, who asks for the SIM again need not read the same rows again.
    """

    @cached_property
    def readings(self) -> dict[object, Any]:
        """What was read, by what read it; it holds of these rows alone."""
        return {}


def read_once(sessions: Sequence[DataSession], read: Callable[[Sequence[DataSession]], T]) -> T:
    """Return what is read of sessions and of nothing else; of SessionRows it is kept."""
    if not isinstance(sessions, SessionRows):
        return read(sessions)
    if read not in sessions.readings:
        sessions.readings[read] = read(sessions)
    kept: T = sessions.readings[read]
    return kept


def total(counts: Iterable[int | None]) -> int | None:
    """Return the sum of what is known; None where nothing is."""
    known = [count for count in counts if count is not None]
    return sum(known) if known else None


class Sim(KoreModel):
    """One SIM. `status` is an open set: a status nobody has heard of is kept as it came.

    `account` is no property of KORE's: it names the account of ours that has the SIM, where we have
    several.
    """

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
    date_created: Moment = None
    date_updated: Moment = None
    account: Text = None
    account_label: Text = None

    @property
    def full_name(self) -> str:
        """Its name as it can be typed: `acme/pump-7` where there are several accounts."""
        return f"{self.account}/{self.name}" if self.account else self.name

    @property
    def name(self) -> str:
        """What people call it: the unique name, else the friendly name, else the SID."""
        return self.unique_name or self.friendly_name or self.sid


class RatePlan(KoreModel):
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


class Period(KoreModel):
    """From `start` to `end`, UTC."""

    start: Moment = None
    end: Moment = None


class UsageRecord(KoreModel):
    """What a SIM used in a period. `data` holds bytes by kind of network, as KORE nests it."""

    account_sid: Text = None
    sim_sid: Text = None
    period: Annotated[Period | None, ElseUnknown()] = None
    data: Annotated[dict[str, Any] | None, ElseUnknown()] = None
    commands: Annotated[dict[str, Any] | None, ElseUnknown()] = None

    @property
    def home_bytes(self) -> int | None:
        """`data.home.total`, else `data.total`, in bytes; None where both are unknown."""
        data = self.data or {}
        home = _bytes(data.get("home"))
        return _bytes(data) if home is None else home

    @property
    def total_bytes(self) -> int | None:
        """`data.total` in bytes; None where it is unknown."""
        return _bytes(self.data)

    @property
    def national_bytes(self) -> int | None:
        """`data.national_roaming.total` in bytes; None where it is unknown."""
        return _bytes((self.data or {}).get("national_roaming"))

    @property
    def international_bytes(self) -> int | None:
        """The sum over the countries of `data.international_roaming`; None where unknown."""
        parts = (self.data or {}).get("international_roaming")
        return total(map(_bytes, parts if isinstance(parts, list) else [parts]))


def _bytes(part: object) -> int | None:
    """Read `total`, which may come as a whole number, with a fraction, or quoted."""
    total = part.get("total") if isinstance(part, dict) else None
    try:
        size = None if total is None or isinstance(total, bool) else int(float(total))
        return size if size is None or abs(size) <= MOST else None
    except (TypeError, ValueError, OverflowError):
        return None
