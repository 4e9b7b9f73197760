"""What the jobs of alerts work with."""

from dataclasses import dataclass
from datetime import timedelta

from bot.alerts.alert import Alert, AlertState, usual_interval
from bot.alerts.repository import Alerts, Incidents
from bot.digests.shared_scan import SharedScans


@dataclass(frozen=True, slots=True)
class AlertWork:
    """Each is ready for use. `per_second` is what KORE may be asked; None: as it comes."""

    alerts: Alerts
    incidents: Incidents
    scans: SharedScans
    per_second: float | None = None

    def interval_of(self, alert: Alert, state: AlertState) -> timedelta:
        """Return the time between two scans of an alert."""
        return alert.interval or usual_interval(state.sims, self.per_second)
