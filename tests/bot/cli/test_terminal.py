"""What is coloured, and for whom."""

import io

import pytest
from rich.console import Console

from bot.cli.checks.as_text import as_text
from bot.cli.checks.check import failed, skipped, well
from bot.cli.terminal import terminal


def test_only_the_word_is_coloured():
    """
    A failed check is red in its first word, and what to do stands beneath it.
    """
    seen = io.StringIO()
    out = Console(file=seen, force_terminal=True, color_system="standard", width=200)
    for line in as_text([failed("clock", "61 s ahead", "let NTP set it")]):
        out.print(line)

    assert "\x1b[31mfailed  \x1b[0mclock: 61 s ahead" in seen.getvalue()
    assert "-> let NTP set it" in seen.getvalue()


def test_the_words_stand_under_each_other():
    """
    Every line begins with its word, and the names stand in one column.
    """
    lines = [line.plain for line in as_text([well("a", "x"), skipped("a", "y")])]

    assert ["ok      a: x", "skipped a: y"] == lines


@pytest.mark.parametrize("data", ["[bold]x[/bold]", ":warning:", "http://x/1"])
def test_data_is_never_markup(data, capsys):
    """
    What KORE says is printed as it is.
    """
    terminal().print(data)

    assert f"{data}\n" == capsys.readouterr().out


def test_long_lines_are_not_broken(capsys):
    """
    A line stays one line, so that grep finds it whole.
    """
    terminal().print("word " * 100)

    assert 1 == capsys.readouterr().out.count("\n")
