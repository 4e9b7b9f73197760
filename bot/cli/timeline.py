"""Writes the picture of one SIM's sessions that `lookup --timeline FILE` asks for."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from bot.diagnosis.thresholds import Thresholds
    from bot.sessions.report import SessionReport

OPTION = "--timeline"


def check_output(asked: list[str], file: Path) -> None:
    """See before KORE is asked that there is one SIM, and a folder that takes the file.

    Raises click's BadParameter otherwise.
    """
    if len(asked) != 1:
        raise _wrong(f"it draws one SIM, and {len(asked)} are asked for.")
    if not file.parent.is_dir():
        raise _wrong(f"there is no folder {str(file.parent)!r}.")
    if not (file.exists() or os.access(file.parent, os.W_OK)):
        raise _wrong(f"nothing may be written into {str(file.parent)!r}.")


def write(report: "SessionReport", file: Path, limits: "Thresholds") -> None:
    """Draw the report's 30 days into the file, as a PNG.

    Raises KoreError where the sessions could not be read, BadParameter where the file cannot be
    written.
    """
    from bot.pictures.timeline import draw_report  # noqa: PLC0415 -- Pillow is heavy

    png = draw_report(report, limits=limits)
    try:
        file.write_bytes(png)
    except OSError as error:
        raise _wrong(f"{str(file)!r} could not be written: {error.strerror}.") from error


def _wrong(why: str) -> click.BadParameter:
    return click.BadParameter(why, param_hint=OPTION)
