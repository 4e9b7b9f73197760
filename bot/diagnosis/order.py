"""The order in which findings of one severity are told: from the SIM down to its application.

A rule that is not listed comes last; the order of vendors' own tools is kept.
"""

ORDER = (
    "sim_not_active",
    "cancel_countdown",
    "change_stuck",
    "reset_pending",
    "ready_will_bill",
    "never_seen",
    "gone_silent",
    "ghost_session",
    "flapping",
    "barred_after_flapping",
    "attach_without_data",
    "uplink_only",
    "idle_session",
    "idle_timeout",
    "imei_changed",
    "country_changed",
    "plan_blocks_data",
    "operator_hopping",
    "cell_hopping",
    "radio_fallback",
    "legacy_radio",
    "data_limit",
    "usage_spike",
    "common_outage",
    "healthy",
)
_PLACES = {name: place for place, name in enumerate(ORDER)}


def place(name: str) -> tuple[int, str]:
    """Give a rule's place, to sort by."""
    return _PLACES.get(name, len(ORDER)), name
