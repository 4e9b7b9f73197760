"""What the jobs of alerts work with."""

from dataclasses import dataclass
from datetime import timedelta

from bot.alerts.alert import Alert, AlertState, usual_interval
from bot.alerts.repository import Alerts, Incidents
from bot.digests.shared_scan import SharedScans

FEW = 300
"""SIMs that may be scanned as often as somebody wants."""


@dataclass(frozen=True, slots=True)
class AlertWork:
    """Each is ready for use. `per_second` is what KORE may be asked; None: as it comes."""

    alerts: Alerts
    incidents: Incidents
    scans: SharedScans
    per_second: float | None = None

    def interval_of(self, alert: Alert, state: AlertState) -> timedelta:
        """Return the time between two scans: of many SIMs at least half of what is usual."""
        usual = usual_interval(state.sims, self.per_second)
        if alert.interval is None:
            return usual
        return max(alert.interval, usual / 2) if state.sims > FEW else alert.interval
