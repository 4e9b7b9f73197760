"""An IMEI with the verdict of its check digit."""

import pytest

from bot.blocks.imei import imei_words


@pytest.mark.parametrize(
    ("imei", "shown"),
    [
        ("014931000129700", "01493100-012970-0 ✓"),
        ("490154203237518", "49015420-323751-8 ✓"),
        ("490154203237517", "49015420-323751-7 (check digit wrong)"),
        ("3575200742653301", "35752007-426533-01 (IMEISV, has no check digit)"),
        (None, "IMEI not reported"),
        ("", "IMEI not reported"),
        ("000000000000000", "IMEI not reported"),
        ("0000000000000000", "IMEI not reported"),
        ("12345", "12345 (not an IMEI: 5 digits)"),
        ("35-209900-176148-1", "35-209900-176148-1 (not an IMEI: it has more than digits)"),
        ("١٢٣٤٥٦٧٨٩٠١٢٣٤٥", "١٢٣٤٥٦٧٨٩٠١٢٣٤٥ (not an IMEI: it has more than digits)"),
    ],
)
def test_imei_words(imei, shown):
    """
    An IMEI is grouped as printed and checked; what is none is said so.
    """
    assert shown == imei_words(imei)
