"""`simsessions lookup`, as a process, against the stand-in for KORE."""

import json
from io import BytesIO

import click
import pytest
from PIL import Image

from bot.cli.commands.lookup import check_picture, read_stdin, write_picture
from bot.cli.main import ExitCode
from bot.diagnosis.evidence import State
from bot.diagnosis.thresholds import Thresholds
from bot.emulators.kore.faults import broken, hang
from bot.kore.errors import KoreError
from bot.sessions.report import SessionReport
from tests.builders import NOON, a_session, a_sim

SESSION_FIELDS = [
    "sid",
    "sim_sid",
    "account_sid",
    "radio_link",
    "operator_mcc",
    "operator_mnc",
    "operator_country",
    "operator_name",
    "cell_id",
    "cell_location_estimate",
    "packets_uploaded",
    "packets_downloaded",
    "last_updated",
    "start",
    "end",
    "imei",
]


async def test_json_is_one_object_a_line_in_the_order_asked(kore, simsessions):
    """Answers and errors stand in the order of the questions, and nothing else on stdout."""
    done = await simsessions("lookup", "truck-42", "nobody", "pump-7", "--json", **kore.settings)
    lines = [json.loads(line) for line in done.out.splitlines()]

    assert ["truck-42", "nobody", "pump-7"] == [line["query"] for line in lines]
    assert ["query", "error"] == list(lines[1])
    assert "sim_not_found" == lines[1]["error"]["kind"]
    assert "`nobody`" in lines[1]["error"]["message"]
    assert 1 == done.code


async def test_json_of_an_answer(kore, simsessions):
    """An answer carries the SIM, its state, all sixteen fields of its session, and its findings."""
    done = await simsessions("lookup", "truck-42", "--json", **kore.settings)
    answer = json.loads(done.out)

    assert (0, "") == (done.code, done.err)
    assert [
        "query",
        "sim",
        "state",
        "last_session",
        "summary",
        "cause",
        "findings",
        "unjudged",
        "skipped_rows",
        "as_of",
        "stale",
    ] == list(answer)
    assert SESSION_FIELDS == list(answer["last_session"])
    assert "truck-42" == answer["sim"]["unique_name"]
    assert answer["stale"] is False


async def test_a_finding_has_its_parts(kore, simsessions):
    """Each finding says its rule, how grave and when, its title, evidence, next step and source."""
    done = await simsessions("lookup", "pump-7", "--json", **kore.settings)
    (finding, *_) = json.loads(done.out)["findings"]

    assert [
        "rule",
        "severity",
        "when",
        "explained_by",
        "title",
        "evidence",
        "next_step",
        "source",
    ] == list(finding)
    assert "critical" == finding["severity"]
    assert isinstance(finding["evidence"], dict)


async def test_text_is_for_people(kore, simsessions):
    """Without --json the headline comes first, and no colour codes when it is piped."""
    done = await simsessions("lookup", "truck-42", **kore.settings)

    assert "truck-42 is online" in done.out.splitlines()[0]
    assert "\x1b" not in done.out + done.err


async def test_sims_are_read_from_stdin(kore, simsessions):
    """`-` stands for the lines of stdin, empty ones left out."""
    typed = "truck-42\n\n  pump-7 \n"
    done = await simsessions("lookup", "-", "--json", typed=typed, **kore.settings)
    lines = [json.loads(line) for line in done.out.splitlines()]

    assert ["truck-42", "pump-7"] == [line["query"] for line in lines]


@pytest.mark.parametrize(("sim", "typed"), [("", ""), ("  ", ""), ("-", ""), ("-", " \n\n")])
async def test_nothing_to_look_up_is_a_wrong_command_line(kore, simsessions, sim, typed):
    """What is needed is said, rather than nothing."""
    done = await simsessions("lookup", sim, typed=typed, **kore.settings)

    assert (2, "") == (done.code, done.out)
    assert "There is no SIM in that" in done.err


async def test_who_is_not_found(kore, simsessions):
    """What names no SIM gets a sentence that says why, and ends with 1."""
    why = {
        "HS0123456789abcdef0123456789abcdef": "Super SIM",
        "pmp-7": "Did you mean `pump-7`",
        "8901 2600 1234": "12 digits",
        "../../v1/Accounts": "No SIM is called",
    }
    done = await simsessions("lookup", *why, **kore.settings)
    told = done.out.split("\n\n")[1:]

    assert [True] * 4 == [says in line for says, line in zip(why.values(), told, strict=True)]
    assert 1 == done.code


async def test_kore_that_is_down_ends_with_3(kore, simsessions):
    """Where KORE fails, the sentence says so and the number is KORE's."""
    kore.api.faults.add(broken(times=None, path="/v1/"))
    settings = kore.settings | {"SIMSESSIONS_KORE_BUDGET": "1s"}
    done = await simsessions("lookup", "truck-42", "--json", **settings)

    assert 3 == done.code
    assert "kore_unavailable" == json.loads(done.out)["error"]["kind"]


async def test_kore_that_drips_is_given_up(kore, simsessions, monkeypatch):
    """A SIM that is not read in time says so, the others are answered, and the number is KORE's."""
    monkeypatch.setattr("bot.cli.lookups.SIM_SECONDS", 0.5)
    kore.api.faults.add(hang("Sims/pump-7"))
    done = await simsessions("lookup", "pump-7", "truck-42", "--json", **kore.settings)
    dripping, fine = map(json.loads, done.out.splitlines())

    assert 3 == done.code
    assert "took_too_long" == dripping["error"]["kind"]
    assert "truck-42" == fine["sim"]["unique_name"]


async def test_a_wrong_key_ends_with_3(kore, simsessions):
    """A key that KORE refuses is told as such, and the secret stays in."""
    settings = kore.settings | {"KORE_CLIENT_SECRET": "hush-hush"}
    done = await simsessions("lookup", "truck-42", **settings)

    assert 3 == done.code
    assert "refuses our client id or secret" in done.out
    assert "hush" not in done.out + done.err


async def test_settings_that_lack_end_with_4(simsessions):
    """Only what lookup needs is asked for, all of it at once, and nothing goes to stdout."""
    done = await simsessions("lookup", "truck-42", "--json")

    assert (4, "") == (done.code, done.out)
    assert "KORE_CLIENT_ID" in done.err
    assert "KORE_CLIENT_SECRET" in done.err
    assert "SLACK" not in done.err


async def test_a_static_token_is_enough(kore, simsessions):
    """KORE_ACCESS_TOKEN stands in for id and secret."""
    settings = {"KORE_API_URL": kore.url, "KORE_ACCESS_TOKEN": kore.api.tokens.issue()}
    done = await simsessions("lookup", "truck-42", **settings)

    assert 0 == done.code


async def test_a_question_about_a_fleet(kore, simsessions):
    """A table of those that fit, or their answers as JSON; what is not understood is said."""
    for words, says in (
        (["pump-*"], "SIMs called pump-*."),
        (["offline", "on", "Telcel"], "SIMs are offline, last on Telcel."),
        (["pump-*", "silent", "for", "2d"], "SIMs called pump-*"),
        (["top", "2"], "The 2 SIMs with the most packets in 24 h, of"),
        (["new"], "new since"),
    ):
        done = await simsessions("lookup", *words, **kore.settings)

        assert says in done.out, (words, done)
        assert 0 == done.code, words
    for words, says in (
        (["nosuch-*"], "is called `nosuch-*`"),
        (["pump-*", "broken"], "I understand `pump-*`, but not `broken`."),
        (["offlne", "on", "Telcel"], "Did you mean `simsessions lookup offline on Telcel`?"),
    ):
        done = await simsessions("lookup", *words, **kore.settings)

        assert says in done.out + done.err, (words, done)
        assert 1 == done.code, words
    done = await simsessions("lookup", "well-* offline", "--json", **kore.settings)
    lines = [json.loads(line) for line in done.out.splitlines()]

    assert {"well-1", "well-2"} < {line["sim"]["unique_name"] for line in lines}


async def test_one_that_fell_silent_is_compared_with_those_called_alike(kore, simsessions):
    """Asked for alone, a well has the same cause as among the other wells: none is reset."""
    for name in ("well-1", "well-2"):
        done = await simsessions("lookup", name, **kore.settings)

        assert "Common outage" in done.out, name
        assert "do not reset" in done.out, name
        assert "Reset" not in done.out, name


def a_report(sessions):
    return SessionReport(
        query="pump-7",
        sim=a_sim(),
        state=State.UNKNOWN,
        since=None,
        sessions=sessions,
        summary=None,
        findings=(),
        as_of=NOON,
        made_at=NOON,
        problem=None if sessions is not None else "KORE is not answering.",
    )


async def test_the_picture_is_written_beside_the_answer(kore, simsessions, tmp_path):
    """The PNG takes the place of an older file, and stdout is what it is without it."""
    file = tmp_path / "truck 42.png"
    file.write_bytes(b"old")
    done = await simsessions("lookup", "truck-42", "--timeline", str(file), **kore.settings)
    plain = await simsessions("lookup", "truck-42", **kore.settings)
    picture = Image.open(BytesIO(file.read_bytes()))

    assert (0, f"Wrote {file}.\n") == (done.code, done.err)
    assert plain.out.splitlines()[0] == done.out.splitlines()[0]
    assert "PNG" == picture.format
    assert 1200 == picture.width
    assert len(file.read_bytes()) < 60_000


async def test_json_stays_json(kore, simsessions, tmp_path):
    """With --json stdout is one object still, and the file is there; file names have no folder."""
    done = await simsessions(
        "lookup", "truck-42", "--json", "--timeline", "out.png", **kore.settings
    )

    assert 0 == done.code
    assert "truck-42" == json.loads(done.out)["query"]
    assert (tmp_path / "out.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("truck-42", "pump-7", "--timeline", "out.png"), "one SIM, and 2 are asked for"),
        (("-", "--timeline", "out.png"), "one SIM, and 0 are asked for"),
        (("truck-42", "--timeline", "no/such/out.png"), "no folder 'no/such'"),
        (("truck-42", "--timeline", "."), "is a directory"),
        (("truck-42", "--timeline"), "requires an argument"),
    ],
)
async def test_what_cannot_be_drawn_is_said_before_kore_is_asked(
    kore, simsessions, tmp_path, arguments, why
):
    """Several SIMs, none, or a place that takes no file end with 2 and a reason, and no file."""
    done = await simsessions("lookup", *arguments, **kore.settings)

    assert (2, "") == (done.code, done.out)
    assert why in done.err
    assert [] == list(tmp_path.iterdir())
    assert [] == list(kore.api.requests)


async def test_an_unknown_sim_has_no_picture(kore, simsessions, tmp_path):
    """The answer says why, the number is its own, and no file is left behind."""
    done = await simsessions("lookup", "nobody", "--timeline", "out.png", **kore.settings)

    assert 1 == done.code
    assert "`nobody`" in done.out
    assert [] == list(tmp_path.iterdir())


async def test_unread_sessions_are_no_empty_picture(kore, simsessions, tmp_path):
    """Where the SIM was read and its sessions were not, that is said, the number is KORE's."""
    kore.api.faults.add(broken(times=None, path="DataSessions"))
    settings = kore.settings | {"SIMSESSIONS_KORE_BUDGET": "1s"}
    done = await simsessions("lookup", "truck-42", "--timeline", "out.png", **settings)

    assert 3 == done.code
    assert "truck-42" in done.out
    assert "could not be read, so there is no timeline" in done.err
    assert [] == list(tmp_path.iterdir())


def test_a_file_that_cannot_be_written(tmp_path):
    """What the disk refuses is a sentence with its reason."""
    with pytest.raises(click.BadParameter, match="could not be written"):
        write_picture(a_report((a_session(),)), tmp_path, Thresholds())


def test_nothing_is_written_of_unread_sessions(tmp_path):
    """The error carries KORE's own reason."""
    file = tmp_path / "out.png"
    with pytest.raises(KoreError, match=r"no timeline. KORE is not answering"):
        write_picture(a_report(None), file, Thresholds())

    assert not file.exists()


def test_a_place_that_takes_a_file_is_fine(tmp_path):
    """One SIM and a folder that is there raise nothing."""
    check_picture(["pump-7"], tmp_path / "out.png")

    assert [] == list(tmp_path.iterdir())


def test_a_closed_stdin_is_a_wrong_command_line(monkeypatch):
    """`lookup -` with nothing to read from says so."""
    monkeypatch.setattr("sys.stdin", None)
    with pytest.raises(click.UsageError, match="stdin is closed"):
        read_stdin()


def two(kore):
    """Return the settings of two accounts, of which the second answers nobody."""
    usual = dict(kore.settings)
    accounts = {"KORE_ACCOUNTS": "acme,globex", "KORE_GLOBEX_ACCESS_TOKEN": "t"}
    accounts["KORE_GLOBEX_API_URL"] = "http://127.0.0.1:9"
    for name in ("CLIENT_ID", "CLIENT_SECRET"):
        accounts[f"KORE_ACME_{name}"] = usual.pop(f"KORE_{name}")
    return usual | accounts


async def test_one_that_cannot_be_reached_keeps_no_other_from_answering(kore, simsessions):
    """Of both, and of the one that is named; each answer names its account."""
    for more in ((), ("--account", "Acme")):
        done = await simsessions("lookup", "truck-42", "--json", *more, **two(kore))
        assert ("truck-42", 0) == (json.loads(done.out)["sim"]["unique_name"], done.code), more


async def test_a_pattern_says_whose_sims_are_missing(kore, simsessions):
    """As text beneath the table; as lines of JSON beside them, for who reads those."""
    missing = "SIMs of globex are missing"
    shown = await simsessions("lookup", "pump-*", **two(kore))
    lines = await simsessions("lookup", "pump-*", "--json", **two(kore))
    assert [True, False] == [missing in each for each in (shown.out, shown.err)]
    assert [False, True] == [missing in each for each in (lines.out, lines.err)]


async def test_an_account_that_there_is_not(kore, simsessions):
    """It says which there are; with one that has no name, too."""
    for settings, says in (
        (two(kore), "acme, globex"),
        (kore.settings, "the only one has no name"),
    ):
        done = await simsessions("lookup", "truck-42", "--account", "nowhere", **settings)
        assert says in " ".join(done.err.split()), says
        assert done.code != ExitCode.OK
