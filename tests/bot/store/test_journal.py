"""Notes on this machine's disk that outlive a killed process."""

import os

import pytest

from bot.store.errors import StoreBusy
from bot.store.journal import MOST_BYTES, Journal


@pytest.fixture
def journal(tmp_path):
    made = Journal(tmp_path / "data", "here")
    yield made
    made.close()


def killed(journal):
    """Let go of its file as the system does for a killed process."""
    os.close(journal._descriptor)
    journal._descriptor = -1


def left(folder, store="here"):
    """Take over what is left there."""
    found = []
    for each in Journal(folder / "data", store).left():
        with each:
            found.append((each.notes, each.crossed_out))
    return found


def test_what_a_killed_process_noted_is_found_once(journal, tmp_path):
    """Not while it lives, by nobody with another store, and with what it crossed out."""
    for key in ("a", "b"):
        journal.add(key, {"user": key})
    journal.remove("a")
    journal.remove("never noted")
    alive, (mode,) = left(tmp_path), {each.stat().st_mode for each in (tmp_path / "data").iterdir()}
    killed(journal)

    assert [] == alive
    assert [] == left(tmp_path, "there")
    assert [({"b": {"user": "b"}}, {"a"})] == left(tmp_path)
    assert [] == left(tmp_path)
    assert 0o600 == mode & 0o777


def test_what_could_not_be_taken_over_stays(journal, tmp_path):
    """The next one tries again."""
    journal.add("a", {"user": "a"})
    killed(journal)
    (failed,) = Journal(tmp_path / "data", "here").left()
    with pytest.raises(StoreBusy), failed:
        raise StoreBusy

    assert [({"a": {"user": "a"}}, set())] == left(tmp_path)


def test_what_is_closed_with_nothing_noted_leaves_nothing(journal, tmp_path):
    """What is noted still is left to the next one."""
    journal.add("a", {})
    journal.remove("a")
    journal.close()

    assert [] == list((tmp_path / "data").iterdir())


def test_the_file_stays_small_and_whole(journal, tmp_path):
    """However many come and go, what is noted is there."""
    journal.add("a", {"user": "a"})
    for number in range(MOST_BYTES // 40):
        journal.add("b", {"number": number})
        journal.remove("b")
    (file,) = (tmp_path / "data").iterdir()

    assert file.stat().st_size <= MOST_BYTES + 100
    killed(journal)
    ((notes, _),) = left(tmp_path)
    assert {"a": {"user": "a"}} == notes


@pytest.mark.parametrize(
    "nonsense", [b'{"key": "b", "no', b"[1]\n", b"7\n", b'{"key": [], "note": {}}']
)
def test_nonsense_in_the_file_costs_nothing_else(journal, tmp_path, nonsense):
    """A line that is cut, or not ours, is left out."""
    journal.add("a", {"user": "a"})
    os.write(journal._descriptor, b"\xff\n" + nonsense)
    killed(journal)

    assert [({"a": {"user": "a"}}, set())] == left(tmp_path)


def test_a_disk_in_trouble_stops_nobody(tmp_path, caplog):
    """It is said in the log."""
    (tmp_path / "data").write_text("no folder")
    journal = Journal(tmp_path / "data", "here")
    journal.add("a", {})
    journal.remove("a")
    journal.close()

    assert ["journal-not-written"] * 2 == [each.message for each in caplog.records]
    assert [] == list(journal.left())
