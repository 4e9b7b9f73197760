"""What holds for a modal or a Home tab as a whole."""

from collections.abc import Collection


def view_faults(view: object, unknown: Collection[str], kinds: Collection[str]) -> list[str]:
    """Give all that is wrong with a view, in Slack's words."""
    return (
        []
        if isinstance(view, dict) and view.get("type") in kinds
        else ["missing required field: view"]
    )
