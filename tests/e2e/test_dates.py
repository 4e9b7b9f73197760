"""Slack's date tokens, in the zone and language of whoever looks."""

MOMENT = 1_767_614_520  # 2026-01-05 12:02:00 UTC
TOKEN = """async ([locale, tz, template]) => {
  const { showDatesFor, dateNode } = await import("/static/js/text/dates.js");
  showDatesFor({ locale, tz });
  return dateNode(%d, template, "fallback").textContent;
}"""
AGO = """async (seconds) => {
  const { showDatesFor, dateNode } = await import("/static/js/text/dates.js");
  showDatesFor({ locale: "en-US", tz: "UTC" });
  const [clock, now] = [Date.now, Date.now()];
  Date.now = () => now;  // the second must not be over in between
  const { textContent } = dateNode(Math.floor(now / 1000) - seconds, "{ago}", "");
  Date.now = clock;
  return textContent;
}"""
PRETTY = """async ([days, template]) => {
  const { showDatesFor, dateNode } = await import("/static/js/text/dates.js");
  showDatesFor({ locale: "en-US", tz: "UTC" });
  return dateNode(Math.floor(Date.now() / 1000) + days * 86400, template, "").textContent;
}"""


SHOWN = [
    ("en-US", "UTC", "{date_num}", "2026-01-05"),
    ("en-US", "Asia/Tokyo", "{time}", "9:02 PM"),
    ("de-DE", "Europe/Berlin", "{time}", "13:02"),
    ("en-US", "America/New_York", "{time_secs}", "7:02:00 AM"),
    ("en-US", "Pacific/Kiritimati", "{date_num}", "2026-01-06"),
    ("en-US", "UTC", "{date_slash}", "01/05/2026"),
    ("en-GB", "UTC", "{date_slash}", "05/01/2026"),
    ("en-US", "UTC", "{date_long_full}", "January 5, 2026"),
    ("en-US", "UTC", "{date_short}", "Jan 5, 2026"),
    ("de-DE", "UTC", "{date_short}", "5. Jan. 2026"),
    ("en-US", "UTC", "Since {date_num} at {time}.", "Since 2026-01-05 at 12:02 PM."),
    ("en-US", "UTC", "{nonsense}", "fallback"),
]
AGES = {5: "5 seconds ago", 130: "2 minutes ago", 7300: "2 hours ago", 90_000: "Yesterday"}
DAYS = [
    (0, "{date_short_pretty}", "Today"),
    (-1, "{date_pretty}", "Yesterday"),
    (1, "from {date_long_pretty}", "from tomorrow"),
    (0, "\u200b{date_short_pretty}", "\u200btoday"),
]


async def test_tokens(page):
    """Tokens follow the viewer's zone and language; an unknown one gives way to the fallback."""
    for locale, zone, template, shown in SHOWN:
        drawn = await page.evaluate(TOKEN % MOMENT, [locale, zone, template])
        assert shown == drawn.replace("\N{NARROW NO-BREAK SPACE}", " "), (locale, zone, template)


async def test_ago(page):
    """How long ago is said in one unit."""
    for seconds, shown in AGES.items():
        assert shown == await page.evaluate(AGO, seconds)


async def test_near_days_have_names(page):
    """Today, yesterday and tomorrow are called so, with a capital where the text begins."""
    for days, template, shown in DAYS:
        assert shown == await page.evaluate(PRETTY, [days, template]), (days, template)


async def test_the_viewer_decides(window, sandbox):
    """One message shows each person their own time."""
    sandbox.post(text=f"at <!date^{MOMENT}^{{time}}|12:02 UTC>")
    times = {}
    for user in ("ana", "ben", "chloe"):
        page = await window.open(sandbox.at(user))
        times[user] = await page.locator(".message time[data-template]").last.text_content()

    assert {"ana": "7:02", "ben": "13:02", "chloe": "21:02"} == times
