"""`simsessions rules`: every rule with its thresholds and sources."""

from bot.clock import SystemClock
from bot.diagnosis.rule import all_rules
from bot.store.database import Database
from bot.store.lookups import Feedback


async def test_every_rule_is_listed(simsessions):
    """The list has each rule, in the order of the answer, and where its thresholds are from."""
    done = await simsessions("rules", SIMSESSIONS_FLAPPING_STARTS="9")
    names = [line.split()[0] for line in done.out.splitlines() if not line.startswith(" ")]

    assert [rule.name for rule in all_rules()] == names
    assert "SIMSESSIONS_FLAPPING_STARTS=9  (set for this bot)" in done.out
    assert "Verizon" not in done.out.split("FLAPPING_STARTS=9")[1].splitlines()[0]
    assert 0 == done.code


async def test_feedback_is_counted_by_rule(simsessions, database_url):
    """The rule that was wrong most often stands first, with the latest reasons."""
    database = await Database.open(database_url)
    feedback = Feedback(database, SystemClock())
    for rule, is_right, why in (
        ("flapping", True, ""),
        ("flapping", False, "It was the antenna"),
        ("gone_silent", True, ""),
    ):
        await feedback.keep(
            team="T1", person="U1", sim="DE1", rule=rule, is_right=is_right, why=why
        )
    await database.aclose()
    done = await simsessions("rules", "--feedback", SIMSESSIONS_DATABASE_URL=database_url)

    assert [
        "flapping: 1 right, 1 wrong",
        "  - It was the antenna",
        "gone_silent: 1 right, 0 wrong",
    ] == done.out.splitlines()
