import pytest

from bot.errors import Candidate, SimNotFound
from bot.sims.identifier import identify
from bot.sims.wording import ListCoverage, ambiguous, not_found
from tests.bot.sims.conftest import sid
from tests.builders import ICCID, IMEI, SID

WHOLE = ListCoverage(complete=True, count=7)
PUMPS = tuple(Candidate(sid(n), f"pump-{n}") for n in (7, 17, 70))


def said(text, candidates=(), listed=WHOLE):
    return not_found(identify(text), candidates, listed).sentence


def test_too_few_digits():
    """A number too short for an ICCID is counted out, with what to paste instead."""
    assert said("8901 2600 1234") == (
        "`8901 2600 1234` has 12 digits; an ICCID has 18 to 22. Paste the whole number, or the SID "
        "(DE…), or the SIM's name."
    )


@pytest.mark.parametrize("name", ["pmp-7", "12345"])
def test_names(name):
    """A name is said to be one, and a short number is a name; there is something else to try."""
    assert said(name) == (
        f"No SIM is called `{name}`. Nothing similar either: check the spelling, or paste the "
        "SIM's ICCID."
    )


def test_what_was_understood():
    """The kind that was read is said, and what is odd about it."""
    for typed, piece in (
        (SID, f"has the SID `{SID}`"),
        (ICCID, f"No SIM has the ICCID `{ICCID}`"),
        (f"<tel:1|{ICCID[:4]} {ICCID[4:]}>", f"`{ICCID[:4]} {ICCID[4:]}`"),
        (ICCID[:-1] + "0", "check digit does not fit"),
        (IMEI, f"No session seen so far has the IMEI `{IMEI}`"),
        (IMEI[:-1] + "1", "check digit does not fit"),
        (SID[:-1], "has 31 characters after DE; a SID has 32"),
        ("hs" + "0" * 33, "has 33 characters after HS; a SID has 32"),
        ("DE" + "0" * 31 + "o", "has `o` in it; a SID has only 0-9 and a-f after DE"),
        ("DE0a…31f", "looks shortened"),
        ("1" * 30, "has 30 digits"),
    ):
        assert piece in said(typed), (typed, piece)


def test_what_is_not_said():
    """Nothing is called odd that is not."""
    for typed, piece in (
        (ICCID, "check digit"),
        (ICCID[:-1], "check digit"),
        (IMEI, "check digit"),
        (IMEI + "1", "check digit"),
        ("depot-7", "SID"),
        ("deadbeef", "SID"),
        ("a...b", "shortened"),
        ("pmp-7", "list of SIMs"),
    ):
        assert piece not in said(typed), (typed, piece)


def test_did_you_mean():
    """Near misses are named in the sentence and carried for buttons."""
    for candidates, question in (
        (PUMPS[:1], "Did you mean `pump-7`?"),
        (PUMPS[:2], "Did you mean `pump-7` or `pump-17`?"),
        (PUMPS, "Did you mean `pump-7`, `pump-17` or `pump-70`?"),
    ):
        error = not_found(identify("pmp-7"), candidates, WHOLE)

        said = "No SIM is called `pmp-7`."
        assert f"{said} {question}" == error.sentence, candidates
        assert candidates == error.candidates, (candidates, question)


def test_the_list_is_not_there():
    """Where the list could not be searched, that is said, and nothing is claimed of near names."""
    for listed, piece in (
        (
            ListCoverage(complete=False, count=12_000),
            "still reading the list of SIMs (12\u202f000 so far)",
        ),
        (ListCoverage(complete=False, count=0, failed=True), "The list of SIMs could not be read"),
    ):
        assert piece in said("pmp-7", listed=listed), (listed, piece)
        assert "comes near" not in said("pmp-7", listed=listed), (listed, piece)


def test_several():
    """How many fit is said, and that not all are shown."""
    many = tuple(Candidate(sid(n), "Depot") for n in range(1200))
    few = ambiguous(identify("depot"), many[:2], 5)
    error = ambiguous(identify("depot"), many, 5)

    assert "2 SIMs are called `depot`. Which one?" == few.sentence
    assert "1\u202f200 SIMs are called `depot`. Which one? These are 5 of them." == error.sentence
    assert (5, 1200) == (len(error.candidates), error.total)


def test_told_apart():
    """SIMs of one name are told apart in the sentence by how their SID ends."""
    sims = (Candidate(sid(1), "Depot"), Candidate(sid(2), "Depot"), PUMPS[0])
    error = not_found(identify("dpot"), sims, WHOLE)

    assert error.sentence.endswith("mean `Depot · …0001`, `Depot · …0002` or `pump-7`?")
    assert sims == error.candidates


def test_several_sims_of_a_device():
    """An IMEI that was seen with several SIMs is asked back in its own words."""
    error = ambiguous(identify(IMEI), PUMPS, 5)

    assert error.sentence.startswith(f"3 SIMs were seen in the device `{IMEI}`.")


def test_a_near_miss_is_offered_with_its_account():
    """In a row of a table too, where there are several: the name alone may be two SIMs'."""
    near = Candidate("DE1", "pump-7", account="acme")

    assert "no such SIM · did you mean acme/pump-7?" == SimNotFound("", (near,)).brief
