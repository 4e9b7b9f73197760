"""Notes on this machine's disk that outlive a killed process."""

import os
import resource

import pytest

from bot.store.errors import StoreBusy
from bot.store.idempotency import MOST_BYTES, Journal


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
    journal.add("elsewhere", {})
    journal.cross_out("a")
    journal.cross_out("never noted")
    journal.remove("elsewhere")
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


def test_what_was_crossed_out_stays_so_in_a_new_file(journal, tmp_path):
    """Whoever takes over may still have to forget it."""
    journal.add("a", {})
    for number in range(MOST_BYTES // 40):
        journal.add(f"{number}", {"number": number})
        if journal._bytes > MOST_BYTES:
            break
        journal.remove(f"{number}")
    journal.cross_out("a")
    journal.add("b", {})
    killed(journal)

    assert {"a"} == left(tmp_path)[0][1]


def test_many_at_once_are_not_written_again_with_each(journal, monkeypatch):
    """Where all that is noted is longer than a file is to be, a note costs no more than another."""
    written = []
    write = os.pwrite
    monkeypatch.setattr(os, "pwrite", lambda *args: written.append(len(args[1])) or write(*args))
    for number in range(3 * MOST_BYTES // 100):
        journal.add(f"{number}", {"user": "u" * 100})

    assert sum(written) < 4 * journal._bytes


@pytest.mark.parametrize(
    "nonsense",
    [
        b'{"key": "b", "no',
        b"[1]\n",
        b"7\n",
        b'{"key": [], "note": {}}',
        b'{"key": 7, "note": {}}',
        b'{"key": 7}',
        b'{"key": "\\ud800"}',
        b'{"key": "\\u0000", "note": {}}',
        b"[" * 200_000,
        bytes(1000),
    ],
)
def test_nonsense_in_the_file_costs_nothing_else(journal, tmp_path, nonsense):
    """A line that is cut, or not ours, is left out."""
    journal.add("a", {"user": "a"})
    killed(journal)
    with journal._path.open("ab") as file:
        file.write(b"\xff\n" + nonsense)

    assert [({"a": {"user": "a"}}, set())] == left(tmp_path)


def test_a_disk_in_trouble_stops_nobody(tmp_path, caplog):
    """It is said in the log."""
    (tmp_path / "data").write_text("no folder")
    journal = Journal(tmp_path / "data", "here")
    journal.add("a", {})
    journal.remove("a")
    journal.close()

    assert ["journal-not-written"] == [each.message for each in caplog.records]
    assert [] == list(journal.left())


def with_room(journal, size, work):
    """Do it while the disk has room for so many bytes of the file more."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    room = journal._path.stat().st_size + size
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, before[1]))
    try:
        work()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_on_a_full_disk_what_is_answered_can_be_crossed_out(journal, tmp_path):
    """Or its asker would be told that it was lost."""
    journal.add("a", {"user": "a"})
    journal.add("b", {"user": "b"})
    with_room(journal, 0, lambda: journal.cross_out("a"))
    killed(journal)

    assert [({"b": {"user": "b"}}, {"a"})] == left(tmp_path)


def test_a_note_cut_by_a_full_disk_spoils_none_that_follows(journal, tmp_path, caplog):
    """The log says that it is not noted."""
    journal.add("a", {"user": "a"})
    with_room(journal, 9, lambda: journal.add("b", {"user": "b"}))
    journal.add("c", {"user": "c"})
    journal.remove("b")
    killed(journal)

    assert ["journal-not-written"] == [each.message for each in caplog.records]
    assert [({"a": {"user": "a"}, "c": {"user": "c"}}, set())] == left(tmp_path)


def test_a_file_deleted_meanwhile_is_begun_anew(journal, tmp_path):
    """With all that is noted still."""
    journal.add("a", {"user": "a"})
    journal._path.unlink()
    journal.add("b", {"user": "b"})
    killed(journal)

    assert [({"a": {"user": "a"}, "b": {"user": "b"}}, set())] == left(tmp_path)


def test_what_cannot_be_deleted_is_taken_over_all_the_same(journal, tmp_path, caplog):
    """Its folder may have become read-only."""
    journal.add("a", {"user": "a"})
    killed(journal)
    for each in Journal(tmp_path / "data", "here").left():
        with each:
            each.path.unlink()
            each.path.mkdir()

    assert ["journal-not-deleted"] == [each.message for each in caplog.records]


def test_what_is_no_file_of_notes_is_passed_over(tmp_path):
    """Nor does it hold up the start."""
    (tmp_path / "data").mkdir()
    name = Journal(tmp_path / "data", "here")._name
    (tmp_path / "data" / f"{name}-folder").mkdir()
    os.mkfifo(tmp_path / "data" / f"{name}-pipe")
    with (tmp_path / "data" / f"{name}-huge").open("wb") as file:
        file.truncate(1 << 40)

    assert {0} == {len(notes) + len(crossed_out) for notes, crossed_out in left(tmp_path)}
