"""`rules`."""

from bot.diagnosis.rule import all_rules


async def test_it_lists_every_rule(whole):
    """Each rule stands in the table, with the words that findings use."""
    await whole.type("rules")

    answer = whole.answer()
    assert f"{len(all_rules())} rules" in answer.text
    assert all(rule.name in str(answer.blocks) for rule in all_rules())


async def test_a_workspace_without_tables_reads_them_too(whole):
    """Where data_table is not known yet, a plainer screen comes."""
    whole.slack.workspace.unknown_blocks |= {"data_table", "table"}

    await whole.type("rules")

    assert all_rules()[0].name in str(whole.answer().blocks)
