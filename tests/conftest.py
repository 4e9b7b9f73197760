"""What holds for every test: properties are judged by what they find, never by the clock.

Files whose tests are slow are begun first, lest one of them is all that is left at the end.
"""

from pathlib import Path

from hypothesis import HealthCheck, settings

settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")

pytest_plugins = ["tests.databases"]

BROWSER = Path(__file__).parent / "e2e"


def pytest_collection_modifyitems(items):
    """Bring forward the files that hold a slow test or open a browser."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    slow |= {item.path for item in items if BROWSER in item.path.parents}
    items.sort(key=lambda item: item.path not in slow)
