"""`simsessions rules`: every rule with its thresholds and sources."""

from bot.diagnosis.engine import all_rules


async def test_every_rule_is_listed(simsessions):
    """The list has each rule, in the order of the answer, and where its thresholds are from."""
    done = await simsessions("rules", SIMSESSIONS_FLAPPING_STARTS="9")
    names = [line.split()[0] for line in done.out.splitlines() if not line.startswith(" ")]

    assert [rule.name for rule in all_rules()] == names
    assert "SIMSESSIONS_FLAPPING_STARTS=9  (set for this bot)" in done.out
    assert "Verizon" not in done.out.split("FLAPPING_STARTS=9")[1].splitlines()[0]
    assert 0 == done.code
