"""Names made to fit, and the font that they are written in."""

import pytest

from bot.pictures.lettering import FONT, LACKING, SMALL, TEXT, Lettering


@pytest.fixture
def letters():
    return Lettering()


@pytest.mark.parametrize(
    "name",
    [
        "T-Mobile USA",
        "Kühlraum é",
        "Łódź żółć",
        "Билайн",
        "Vodafone Ελλάδα",
        "<script> & *x* `y`",
        "لوري",
        "תחנה",
        "x � y",
    ],
)
def test_names_of_many_scripts_stay_as_they_are(letters, name):
    """
    The font has Latin with its accents, Greek, Cyrillic, Arabic and Hebrew.
    """
    assert name == letters.shown(name)
    assert not letters.lacks(name)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("NTT 東京", "NTT ��"),
        ("truck 🚚", "truck �"),
        ("👩\u200d🚀", "��"),
        ("❤\ufe0f", "❤"),
        ("🇺🇸", "��"),
        ("lone \ud800", "lone �"),
    ],
)
def test_what_the_font_lacks_is_seen_to_be_lacking(letters, name, shown):
    """
    Each such character has a stand-in, and the picture can tell that there are some.
    """
    assert shown == letters.shown(name)
    assert (LACKING in shown) == letters.lacks("pump-7", name)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("a\u202eb\u2066c\u200b", "abc"),
        ("two\nlines\tand\x00more", "two lines and more"),
        ("  blanks  ", "blanks"),
        ("e\u0301", "é"),
        ("", ""),
        ("\u200e", ""),
    ],
)
def test_a_name_is_one_visible_line(letters, name, shown):
    """
    What is invisible or turns a line round is taken out, accents are put together.
    """
    assert shown == letters.shown(name)


@pytest.mark.parametrize("name", ["short", "a very long name of an operator", "東" * 99, "W" * 999])
@pytest.mark.parametrize("width", [60, 200])
def test_a_fitted_name_fits(letters, name, width):
    """
    It is at most as wide as it may be, and says by … that it was longer.
    """
    fitted = letters.fitted(name, TEXT, width)

    assert letters.width(fitted, TEXT) <= width
    assert fitted == letters.shown(name) or fitted.endswith("…")


def test_a_name_is_cut_no_shorter_than_need_be(letters):
    """
    One more character would not have fitted.
    """
    name = "a very long name of an operator"
    kept = letters.fitted(name, SMALL, 150).removesuffix("…")

    assert letters.width(name[: len(kept) + 1] + "…", SMALL) > 150


def test_the_font_comes_with_its_licence():
    """
    Beside the font stands what allows us to ship it.
    """
    licence = (FONT.parent / "LICENSE").read_text()

    assert FONT.is_file()
    assert licence.startswith(FONT.name)
    assert "Permission is hereby granted, free of charge" in licence
    assert "Bitstream" in licence
    assert "Tavmjong Bah" in licence
