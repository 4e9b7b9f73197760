"""What buttons carry comes back as it went out."""

import pytest
from pydantic import ValidationError

from bot.blocks import ids
from tests.builders import NOON, SID


@pytest.mark.parametrize(
    "value",
    [
        ids.Refresh(sid=SID),
        ids.Refresh(sid=SID, shared_by="U1"),
        ids.Share(sid=SID),
        ids.PickedSim(sid=SID, asked="pmp-7"),
        ids.PickedSim(sid=SID, asked="pmp-7 3", days=3),
        ids.HistoryWindow(sid=SID, days=7),
        ids.ShareFile(sid=SID, days=7, kind=ids.FileKind.PICTURE),
        ids.Details(sid=SID, days=30, start=NOON),
    ],
)
def test_round_trip(value):
    """A value is read back equal and is small enough for a button."""
    text = value.to_value()

    assert value == type(value).from_value(text)
    assert len(text) <= 2000


@pytest.mark.parametrize(
    "text",
    ["", "{}", "null", '{"sid": 1}', '{"sid":"' + "D" * 65 + '"}', '{"sid":"DE1","days":31}'],
)
def test_what_is_not_ours_is_refused(text):
    """A value that no button of ours carries is not read."""
    with pytest.raises(ValidationError):
        ids.HistoryWindow.from_value(text)


def test_the_longest_values_fit_into_a_button():
    """What was typed is cut, and ninety SIMs come back as they went in."""
    value = ids.PickedSim(sid="D" * 64, asked=ids.cut_input('"\\\x00' * 5000)).to_value()

    assert len(value) <= 2000

    sids = [f"DE{number:032x}" for number in range(ids.MOST_SIMS)]

    value = ids.PackedSims.of(sids).to_value()

    assert len(value) <= 2000
    assert tuple(sids) == ids.PackedSims.from_value(value).sids
    assert not ids.PackedSims.takes("DE1")


def test_numbered_and_chosen():
    """A numbered id leads to its constant; metadata and option name one session."""
    assert "pick:3" == ids.numbered(ids.PICK, 3)
    assert ids.PICK == ids.base_action("pick:3")
    assert ids.REFRESH == ids.base_action("refresh")

    metadata = ids.Details(sid=SID, days=7).to_value()

    assert ids.Details(sid=SID, days=7, start=NOON) == ids.chosen_session(
        metadata, NOON.isoformat()
    )


def test_half_a_pair_is_carried_as_a_question_mark():
    """What was typed may end within a surrogate pair; Retry still asks for the rest."""
    value = ids.Retry(run="sessions", text="pump-7 \ud83d").to_value()

    assert "pump-7 ?" == ids.Retry.from_value(value).text
