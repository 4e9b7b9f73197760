from bot.diagnosis.order import ORDER, place


def test_places_follow_the_order():
    """
    Rules stand in the order that is written down, each once.
    """
    assert list(ORDER) == sorted(ORDER, key=place)
    assert len(ORDER) == len(set(ORDER))


def test_the_sim_is_told_first_and_health_last():
    """
    From the SIM's own state down to the application.
    """
    assert ("sim_not_active", "healthy") == (ORDER[0], ORDER[-1])


def test_a_rule_that_is_not_listed_comes_last():
    """
    Whoever adds a rule need not touch another file.
    """
    assert ["healthy", "a_new_rule", "b_new_rule"] == sorted(
        ["b_new_rule", "healthy", "a_new_rule"], key=place
    )
