"""Where each rule draws its line, and who says so; each is a setting, these are its defaults."""

from datetime import timedelta
from functools import cached_property
from typing import Annotated, Any, get_type_hints

from bot.struct import Struct, asdict

Limit = int | timedelta | tuple[timedelta, ...]
OURS = "our default"
SET_HERE = "set for this bot"
TWILIO_STATUSES = "Twilio's page on SIM statuses, from before KORE took the API over"
VERIZON = (
    "Verizon: more than 4 an hour, https://m2mdeveloper.verizon.com/docs/ts-docs-wns/src/"
    "Working/Network-Usage-Guidelines.html"
)
PARTICLE = (
    "Particle: more than 6 an hour can get a SIM blocked, "
    "https://docs.particle.io/reference/device-os/api/cellular/off"
)
ANDREWS = (
    "Andrews & Arnold: a session with no update for 1 h is dead, "
    "https://support.aa.net.uk/index.php?title=Data_SIM_Settings&diff=next&oldid=8235"
)
SORACOM_GHOST = (
    "Soracom: a dead session stands for up to 4 h, "
    "https://developers.soracom.io/en/docs/air/session-status"
)
SORACOM_IDLE = (
    "Soracom: idle sessions are closed after about 1 h or 4 h, "
    "https://developers.soracom.io/en/docs/air/session-status"
)
EMNIFY = "emnify: 80 %, https://docs.emnify.com/system-events/event-types/limit-enforcement"

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


class Thresholds(Struct, dict=True):
    """Each line with its default; what stands after the type says whose it is.

    Percentages are whole numbers, durations timedeltas. "Ours" is meant to be calibrated.
    """

    stale_after: Annotated[timedelta, ANDREWS] = HOUR
    ghost_critical_after: Annotated[timedelta, SORACOM_GHOST] = 4 * HOUR
    cancel_after: Annotated[timedelta, f"{TWILIO_STATUSES}: 72 h"] = 72 * HOUR
    change_stuck_after: Annotated[timedelta, OURS] = HOUR
    reset_warning_after: Annotated[timedelta, OURS] = timedelta(minutes=15)
    silent_after: Annotated[timedelta, OURS] = DAY
    silent_longest_gap_percent: Annotated[int, OURS] = 300
    silent_unknown_after: Annotated[timedelta, OURS] = 3 * DAY
    silent_sleeper_after: Annotated[timedelta, OURS] = 5 * DAY
    flapping_starts: Annotated[int, VERIZON] = 4
    flapping_starts_critical: Annotated[int, PARTICLE] = 6
    barred_starts: Annotated[int, OURS] = 6
    barred_quiet_after: Annotated[timedelta, OURS] = 6 * HOUR
    attach_sessions: Annotated[int, OURS] = 3
    uplink_sessions: Annotated[int, OURS] = 3
    uplink_packets: Annotated[int, OURS] = 5
    idle_after: Annotated[timedelta, OURS] = HOUR
    idle_timeouts: Annotated[tuple[timedelta, ...], SORACOM_IDLE] = (HOUR, 4 * HOUR)
    idle_timeout_percent: Annotated[int, OURS] = 10
    idle_timeout_sessions: Annotated[int, OURS] = 3
    idle_timeout_spread_percent: Annotated[int, OURS] = 5
    usual_sessions: Annotated[int, OURS] = 5
    country_percent: Annotated[int, OURS] = 80
    travel_speed_kmh: Annotated[int, OURS] = 1000
    travel_least_km: Annotated[int, OURS] = 200
    parallel_after: Annotated[timedelta, OURS] = HOUR
    hopping_networks: Annotated[int, OURS] = 3
    hopping_switches: Annotated[int, OURS] = 4
    hopping_cells: Annotated[int, OURS] = 4
    radio_percent: Annotated[int, OURS] = 60
    data_limit_percent: Annotated[int, EMNIFY] = 80
    spike_times: Annotated[int, OURS] = 5
    spike_days: Annotated[int, OURS] = 7
    spike_packets: Annotated[int, OURS] = 2000
    degraded_percent: Annotated[int, OURS] = 20
    degraded_starts_times: Annotated[int, OURS] = 4
    outage_sims: Annotated[int, OURS] = 3
    outage_percent: Annotated[int, OURS] = 20
    outage_within: Annotated[timedelta, OURS] = timedelta(minutes=30)

    @cached_property
    def sources(self) -> dict[str, str]:
        """Whose each line is, by name; one that was set otherwise than by default is an admin's."""
        hints: dict[str, Any] = get_type_hints(Thresholds, include_extras=True)
        return {
            name: hints[name].__metadata__[0] if value == getattr(DEFAULTS, name) else SET_HERE
            for name, value in asdict(self).items()
        }


DEFAULTS = Thresholds()
