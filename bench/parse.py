"""What reading a page of 50 sessions costs over pydantic's own reading of the bare model."""

from datetime import datetime

from pydantic import BaseModel
from rounds import report, show, timed
from stub import page

from bot.kore.pages import DataSessionPage, read_rows

ROWS = 50
TIMES = 400


class Location(BaseModel):
    """The fields, nothing else."""

    lat: float | None = None
    lon: float | None = None


class Row(BaseModel):
    """The fields, nothing else."""

    sid: str | None = None
    sim_sid: str | None = None
    account_sid: str | None = None
    radio_link: str | None = None
    operator_mcc: str | int | None = None
    operator_mnc: str | None = None
    operator_country: str | None = None
    operator_name: str | None = None
    cell_id: str | None = None
    cell_location_estimate: Location | None = None
    packets_uploaded: int | None = None
    packets_downloaded: int | None = None
    last_updated: datetime | None = None
    start: datetime | None = None
    end: datetime | None = None
    imei: str | None = None


class BarePage(BaseModel):
    """The page, nothing else."""

    data_sessions: list[Row]
    meta: dict[str, object] | None = None


def main() -> None:
    """Print microseconds a session, and the ratio."""
    body = page(ROWS)
    figures = timed(
        {
            "pydantic": lambda: BarePage.model_validate_json(body),
            "ours": lambda: read_rows(DataSessionPage, body),
        },
        11,
        TIMES,
    )
    show(figures, "a session", times=ROWS)
    report("parse: over the bare model", figures["ours"].cpu / figures["pydantic"].cpu, 1.3)


if __name__ == "__main__":
    main()
