"""Which tables stand in a text, and what is at the head of each cell."""

from bot.sims.labels import tables_in


def test_tables_in():
    """A first line that names its columns makes a table; rules and what follows are no rows."""
    for text, names, rows in (
        ("name,state\na1,up\nb2,down", ["a1", "b2"], 2),
        ("| sim | since |\n|:---|---|\n| a1 | 02:10 |", ["a1"], 1),
        (" device | iccid\n---+---\n a1 | 1\n(1 row)", ["1"], 1),
        ("SIM\tICCID\na1\t\nb2\t", ["a1", "b2"], 2),
        ("NAME    IMSI\na1    2", ["a1"], 1),
        ('sim;at\n"a;1";2', ["a;1"], 1),
    ):
        (table,) = tables_in(text)
        cells = [[row[at] for at in table.names if at < len(row)] for row in table.rows]
        first = [
            next(text[c.start : c.end].strip() for c in row if text[c.start : c.end].strip())
            for row in cells
        ]

        assert (names, rows) == (first, len(table.rows)), text
    for text in ("state,site\nup,a1", "name | a1\niccid | 1\nimei | 2", "sims, please", "", "a\nb"):
        assert [] == tables_in(text), text
