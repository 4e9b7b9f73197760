"""What is counted and timed, in a registry of its own; label sets are few and bounded."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from typing import TypeVar

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from bot.clock import Clock
from bot.struct import Struct

M = TypeVar("M", Counter, Histogram)
ANSWERS = frozenset({"ok", "200", "404"})
NOBODYS_FAULT = frozenset({"cancelled"})


class Dependency(Struct):
    """One of them; None is never, since this process began. `why` is the last error's word."""

    answered_at: datetime | None = None
    failed_at: datetime | None = None
    why: str | None = None

    @property
    def is_well(self) -> bool | None:
        """Return whether the last word was an answer; None where there was none yet."""
        if self.answered_at is None:
            return None if self.failed_at is None else False
        return self.failed_at is None or self.answered_at >= self.failed_at


class DependencyStatus:
    """Records each call's outcome; `slack_fails` says whether one is an outage or a refusal."""

    def __init__(self, clock: Clock, slack_fails: Callable[[str], bool]) -> None:
        self._clock = clock
        self._slack_fails = slack_fails
        self._accounts: dict[str, Dependency] = {}
        self.slack = Dependency()

    def kore(self, accounts: frozenset[str]) -> Dependency:
        """Return how KORE is for these accounts: as that of them which is worst off."""
        every = [self._accounts[name] for name in sorted(accounts) if name in self._accounts]
        return next((each for each in every if each.is_well is False), [*every, Dependency()][0])

    def kore_called(self, outcome: str, account: str = "") -> None:
        """Record the outcome of a request to KORE: a status or the error's word."""
        before = self._accounts.get(account, Dependency())
        self._accounts[account] = self._after(before, outcome)

    def slack_called(self, outcome: str) -> None:
        """Record the outcome of a call to Slack; that it refused this one call is an answer."""
        fails = outcome != "ok" and (outcome in NOBODYS_FAULT or self._slack_fails(outcome))
        self.slack = self._after(self.slack, outcome if fails else "ok")

    def _after(self, before: Dependency, outcome: str) -> Dependency:
        if outcome in NOBODYS_FAULT:
            return before
        now = self._clock.now()
        if outcome in ANSWERS:
            return Dependency(now, before.failed_at, before.why)
        return Dependency(before.answered_at, now, outcome)


ACK_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 3)
ANSWER_BUCKETS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
LAG_BUCKETS = (1, 2, 5, 10, 30, 60, 300, 900, 3600, 14_400)
MOST_VALUES = 60
OURS = "simsessions"


class _Bounded:
    """Lets the first `MOST_VALUES` values of a label through; what comes later is `other`."""

    def __init__(self) -> None:
        self._seen: set[str] = set()

    def __call__(self, value: str) -> str:
        if value not in self._seen:
            if len(self._seen) >= MOST_VALUES:
                return "other"
            self._seen.add(value)
        return value


class Metrics:
    """Everything that is counted; it is KORE's observer and Slack's too.

    Every label's value comes from this program or from a bounded list, never from what was typed.
    """

    def __init__(
        self, in_flight: Callable[[], float] = lambda: 0.0, standing: DependencyStatus | None = None
    ) -> None:
        self._standing = standing
        self.registry = CollectorRegistry()
        self._bounded = _Bounded()
        self._requests = self._counter("requests", "What Slack sent", "kind", "outcome")
        self._answers = self._histogram(
            "answer_seconds", "From acknowledgement to answer", ANSWER_BUCKETS, "name", "outcome"
        )
        self._acks = self._histogram("ack_seconds", "Until Slack had its 200", ACK_BUCKETS, "via")
        self._deliveries = self._counter("deliveries", "Attempts to deliver", "route", "outcome")
        self._unknown = self._counter("blocks_unknown", "Blocks unknown to a workspace", "kind")
        self._slack = self._histogram(
            "slack_call_seconds", "Calls to Slack", ANSWER_BUCKETS, "method", "outcome"
        )
        self._sockets = self._gauge("slack_connections", "Open Socket Mode connections")
        self._kore = self._histogram(
            "kore_call_seconds",
            "Requests to KORE",
            ANSWER_BUCKETS,
            "endpoint",
            "outcome",
            "account",
        )
        self._cache = self._counter(
            "kore_cache", "Reads of the cache", "what", "outcome", "account"
        )
        self._skipped = self._counter("kore_skipped_rows", "Unreadable rows", "endpoint", "account")
        self._circuit = self._gauge(
            "kore_circuit_open", "1 while KORE is not asked at all", "account"
        )
        self._store = self._gauge("store_up", "1 while the store can be used")
        self._rules = self._counter("rules_broken", "Rules that broke", "rule")
        self._scanned = self._counter(
            "scanned_sims", "SIMs that scans asked for", "outcome", "account"
        )
        self._digests = self._histogram(
            "digest_lag_seconds", "From when a digest was due to its end", LAG_BUCKETS, "outcome"
        )
        self._jobs = self._counter("jobs", "Finished jobs", "kind", "outcome")
        self._job_late = self._histogram(
            "job_late_seconds", "From when a job was due to its start", LAG_BUCKETS, "kind"
        )
        self._jobs_running = self._gauge("jobs_running", "Jobs under way", "kind")
        self._jobs_due = self._gauge("jobs_due", "Jobs that are due and wait", "kind")
        self._job_lag = self._gauge("job_lag_seconds", "Wait of the oldest of them", "lane")
        self._audit_lost = self._counter("audit_rows_lost", "Audit rows that were lost")
        self._alerts_heard = self._counter(
            "foreign_alerts", "Alerts of other apps in channels that listen", "outcome"
        )
        self._incidents = self._counter("incidents", "Incidents of alerts", "what")
        self._incidents_open = self._gauge("incidents_open", "Incidents that are open, of all bots")
        self._webhooks = self._counter("webhooks", "News of incidents to webhooks", "outcome")
        self._cut = self._counter(
            "connections_cut", "Connections cut as nothing came or went", "why"
        )
        self._gauge("tasks_in_flight", "Answers under way").set_function(in_flight)

    def received(self, kind: str, outcome: str) -> None:
        """Count what Slack sent: `outcome` is taken, duplicate or refused."""
        self._requests.labels(kind, outcome).inc()

    def acknowledged(self, via: str, seconds: float) -> None:
        """Time an acknowledgement over `via`: http or socket."""
        self._acks.labels(via).observe(seconds)

    def answered(self, name: str, outcome: str, seconds: float) -> None:
        """Time an answer: `name` is the subcommand's or button's, `outcome` ok or the error's."""
        self._answers.labels(self._bounded(name), self._bounded(outcome)).observe(seconds)

    def delivered(self, route: str, outcome: str) -> None:
        """Count an attempt to deliver: by response_url, ephemeral, channel or dm."""
        self._deliveries.labels(route, self._bounded(outcome)).inc()

    def block_unknown(self, kind: str) -> None:
        """Count a kind of block that a workspace was found not to know, once a workspace."""
        self._unknown.labels(self._bounded(kind)).inc()

    def slack_called(self, method: str, outcome: str, seconds: float) -> None:
        """Time a call to Slack: `outcome` is ok or Slack's error code."""
        self._slack.labels(method, self._bounded(outcome)).observe(seconds)
        if self._standing:
            self._standing.slack_called(outcome)

    def slack_connections(self, count: int) -> None:
        """Keep how many Socket Mode connections Slack counts for this app."""
        self._sockets.set(count)

    def of_account(self, name: str) -> "AccountMetrics":
        """Return the observer of the KORE account of that name."""
        self._circuit.labels(name).set(0)
        return AccountMetrics(self, name)

    def asked(self, endpoint: str, outcome: str, seconds: float, account: str = "") -> None:
        """Time one HTTP request to KORE."""
        self._kore.labels(self._bounded(endpoint), self._bounded(outcome), account).observe(seconds)
        if self._standing:
            self._standing.kore_called(outcome, account)

    def cached(self, what: str, outcome: str, account: str = "") -> None:
        """Count an asking of the cache."""
        self._cache.labels(self._bounded(what), self._bounded(outcome), account).inc()

    def skipped_row(self, endpoint: str, account: str = "") -> None:
        """Count a row of KORE's that could not be read."""
        self._skipped.labels(self._bounded(endpoint), account).inc()

    def circuit(self, *, is_open: bool, account: str = "") -> None:
        """Keep whether the circuit to KORE is open."""
        self._circuit.labels(account).set(is_open)

    def store(self, *, is_up: bool) -> None:
        """Keep whether the store can be used."""
        self._store.set(is_up)

    def rule_broke(self, rule: str) -> None:
        """Count a rule of the diagnosis that raised and was skipped."""
        self._rules.labels(self._bounded(rule)).inc()

    def scanned(self, asked: Mapping[str, int], failed: Mapping[str, int]) -> None:
        """Count SIMs of each account that a scan has asked for; what failed may be asked again."""
        for account, count in asked.items():
            missed = failed.get(account, 0)
            self._scanned.labels("read", account).inc(count - missed)
            self._scanned.labels("failed", account).inc(missed)

    def digest_ended(self, outcome: str, lag: float) -> None:
        """Time a digest: `outcome` is posted, quiet, skipped or failed."""
        self._digests.labels(outcome).observe(max(0.0, lag))

    def connection_cut(self, why: str) -> None:
        """Count a connection that was cut as `slow`, as one of a `crowd`, or for a `large` head."""
        self._cut.labels(why).inc()

    def audit_lost(self, rows: int) -> None:
        """Count look-ups that stand in the log, and in the store's audit never will."""
        self._audit_lost.inc(rows)

    def alert_heard(self, outcome: str) -> None:
        """Count an alert of another app: that it came, and what came of it."""
        self._alerts_heard.labels(outcome).inc()

    def incident(self, what: str) -> None:
        """Count what became of an incident: opened, reopened or resolved."""
        self._incidents.labels(what).inc()

    def incidents_open(self, count: int) -> None:
        """Keep how many incidents are open."""
        self._incidents_open.set(count)

    def webhook_sent(self, outcome: str) -> None:
        """Count a try to send news of an incident: sent, failed or given_up."""
        self._webhooks.labels(outcome).inc()

    def job_began(self, kind: str, late: float) -> None:
        """Count a job under way, begun so many seconds after it was due."""
        self._job_late.labels(kind).observe(late)
        self._jobs_running.labels(kind).inc()

    def job_ended(self, kind: str, outcome: str) -> None:
        """Count what came of a job: an outcome's word, or `let_go` where it was not ours to say."""
        self._jobs.labels(kind, outcome).inc()
        self._jobs_running.labels(kind).dec()

    def jobs_due(self, counts: Mapping[str, int]) -> None:
        """Keep how many jobs wait to be begun, by kind."""
        self._jobs_due.clear()
        for kind, count in counts.items():
            self._jobs_due.labels(self._bounded(kind)).set(count)

    def job_lag(self, lane: str, seconds: float) -> None:
        """Keep for how long the oldest due job of a lane has waited."""
        self._job_lag.labels(lane).set(seconds)

    def text(self) -> bytes:
        """Return all of it in Prometheus's text format."""
        return generate_latest(self.registry)

    def _counter(self, name: str, about: str, *labels: str) -> Counter:
        return _quick(Counter(f"{OURS}_{name}", _by(about, labels), labels, registry=self.registry))

    def _gauge(self, name: str, about: str, *labels: str) -> Gauge:
        return Gauge(f"{OURS}_{name}", _by(about, labels), labels, registry=self.registry)

    def _histogram(
        self, name: str, about: str, buckets: tuple[float, ...], *labels: str
    ) -> Histogram:
        says = _by(about, labels)
        return _quick(
            Histogram(f"{OURS}_{name}", says, labels, buckets=buckets, registry=self.registry)
        )


class AccountMetrics:
    """The observer of one account: what it counts has the account's name as a label."""

    def __init__(self, metrics: Metrics, account: str) -> None:
        self._account = account
        self._metrics = metrics

    def asked(self, endpoint: str, outcome: str, seconds: float) -> None:
        """Time one HTTP request to KORE."""
        self._metrics.asked(endpoint, outcome, seconds, self._account)

    def cached(self, what: str, outcome: str) -> None:
        """Count an asking of the cache."""
        self._metrics.cached(what, outcome, self._account)

    def skipped_row(self, endpoint: str) -> None:
        """Count a row that could not be read."""
        self._metrics.skipped_row(endpoint, self._account)

    def circuit(self, *, is_open: bool) -> None:
        """Keep whether the circuit opened or closed."""
        self._metrics.circuit(is_open=is_open, account=self._account)


def _by(about: str, labels: tuple[str, ...]) -> str:
    """Name the labels in a metric's help."""
    *most, last = labels or ("",)
    by = f"{', '.join(most)} and {last}" if most else last
    return f"{about}, by {by}." if by else f"{about}."


def _quick(metric: M) -> M:
    """Look children up by their labels without prometheus_client's lock."""
    metric.labels = cache(metric.labels)  # type: ignore[method-assign]
    return metric
