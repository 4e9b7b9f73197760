"""Jobs of each kind run on SQLite; `on_both` marks those that run on PostgreSQL too."""

import pytest


@pytest.fixture
def kind():
    """One store: what each question to it does on the other is tested where it is asked."""
    return "sqlite"
