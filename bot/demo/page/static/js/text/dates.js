/** Slack's date tokens, in the zone and language of the person who looks. */

import { h } from "../dom.js";

const TOKEN = /\{(\w+)\}/g;
const DAY = 86_400_000;
const HALF_A_YEAR = 182 * DAY;
const STEPS = [["year", 31_536_000], ["month", 2_592_000], ["day", 86_400], ["hour", 3600], ["minute", 60]];
const TOKENS = {
  date_num: (when) => isoDay(when),
  date_slash: (when) => show(when, { year: "numeric", month: "2-digit", day: "2-digit" }),
  date_long: (when) => show(when, { weekday: "long", ...longDay(when) }),
  date_long_full: (when) => show(when, { month: "long", day: "numeric", year: "numeric" }),
  date_long_pretty: (when) => nearDay(when) ?? TOKENS.date_long(when),
  date: (when) => show(when, longDay(when)),
  date_pretty: (when) => nearDay(when) ?? TOKENS.date(when),
  date_short: (when) => show(when, { month: "short", day: "numeric", year: "numeric" }),
  date_short_pretty: (when) => nearDay(when) ?? TOKENS.date_short(when),
  day_divider_pretty: (when) => nearDay(when) ?? TOKENS.date_long(when),
  time: (when) => show(when, { hour: "numeric", minute: "2-digit" }),
  time_secs: (when) => show(when, { hour: "numeric", minute: "2-digit", second: "2-digit" }),
  ago: (when) => ago(when),
};
const formats = new Map();
let viewer = { locale: undefined, zone: undefined };

/** Sets whose zone (IANA) and language dates are shown in; what is not given is the browser's. */
export function showDatesFor(person) {
  viewer = { locale: person?.locale?.replace("_", "-"), zone: person?.tz };
  formats.clear();
}

/** Returns the time zone that dates are shown in. */
export function zone() {
  return viewer.zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** Returns a `<time>` for a template such as `{date_short_pretty} at {time}`; unknown: the fallback. */
export function dateNode(seconds, template, fallback) {
  const when = new Date(Number(seconds) * 1000);
  if (Number.isNaN(when.getTime()) || !known(template)) return document.createTextNode(fallback);
  const props = { datetime: when.toISOString(), title: whole(when), "data-template": template };
  return h("time", props, written(when, template));
}

/** Returns the hour and minute of a message. */
export function clockTime(seconds) {
  return dateNode(seconds, "{time}", "");
}

/** Returns the words of a day: today, yesterday or its date. */
export function dayWords(seconds) {
  return written(new Date(Number(seconds) * 1000), "{day_divider_pretty}");
}

/** Writes "3 minutes ago" and "today" anew below a node. */
export function refreshDates(root) {
  for (const node of root.querySelectorAll("time[data-template]")) {
    const text = written(new Date(node.dateTime), node.dataset.template);
    if (node.textContent !== text) node.textContent = text;
  }
}

function known(template) {
  return [...template.matchAll(TOKEN)].every(([, name]) => name in TOKENS);
}

/** Slack begins a date with a capital, unless something (U+200B, say) stands before its token. */
function written(when, template) {
  const text = template.replace(TOKEN, (_, name) => TOKENS[name](when));
  return template.startsWith("{") ? text.charAt(0).toUpperCase() + text.slice(1) : text;
}

function whole(when) {
  const parts = { dateStyle: "full", timeStyle: "long" };
  return show(when, parts);
}

function longDay(when) {
  const near = Math.abs(when.getTime() - Date.now()) < HALF_A_YEAR;
  return near ? { month: "long", day: "numeric" } : { month: "long", day: "numeric", year: "numeric" };
}

function nearDay(when) {
  const days = Math.round((Date.parse(isoDay(when)) - Date.parse(isoDay(new Date()))) / DAY);
  if (Math.abs(days) > 1) return undefined;
  return new Intl.RelativeTimeFormat(viewer.locale, { numeric: "auto" }).format(days, "day");
}

function ago(when) {
  const seconds = (when.getTime() - Date.now()) / 1000;
  const [unit, size] = STEPS.find(([, step]) => Math.abs(seconds) >= step) ?? ["second", 1];
  const words = new Intl.RelativeTimeFormat(viewer.locale, { numeric: "auto" });
  return words.format(Math.trunc(seconds / size), unit);
}

function isoDay(when) {
  const options = { year: "numeric", month: "2-digit", day: "2-digit" };
  const parts = formatter(options, "en-CA").formatToParts(when);
  const part = (type) => parts.find((each) => each.type === type).value;
  return `${part("year")}-${part("month")}-${part("day")}`;
}

function show(when, options) {
  return formatter(options, viewer.locale).format(when);
}

function formatter(options, locale) {
  const key = `${locale}${JSON.stringify(options)}`;
  if (!formats.has(key)) {
    formats.set(key, new Intl.DateTimeFormat(locale, { timeZone: viewer.zone, ...options }));
  }
  return formats.get(key);
}
