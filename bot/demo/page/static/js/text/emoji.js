/** Draws emoji: Slack's short names become characters, and status marks look alike everywhere. */

import { h } from "../dom.js";

/** Short names that the bot or a person here may write, with their characters. */
const BY_NAME = {
  alarm_clock: "⏰", antenna_bars: "📶", arrow_down: "⬇️", arrow_right: "➡️", arrow_up: "⬆️",
  arrows_counterclockwise: "🔄", ballot_box_with_check: "☑️", bar_chart: "📊", battery: "🔋",
  bell: "🔔", black_circle: "⚫", bulb: "💡", calendar: "📅", chart_with_upwards_trend: "📈",
  clock3: "🕒", construction: "🚧", earth_americas: "🌎", electric_plug: "🔌", eye: "👁️",
  eyes: "👀", fire: "🔥", globe_with_meridians: "🌐", gear: "⚙️", ghost: "👻", hammer: "🔨",
  heavy_check_mark: "✔️", hourglass: "⌛", hourglass_flowing_sand: "⏳", information_source: "ℹ️",
  key: "🔑", large_blue_circle: "🔵", large_green_circle: "🟢", large_orange_circle: "🟠",
  large_yellow_circle: "🟡", link: "🔗", lock: "🔒", mag: "🔍", memo: "📝", moon: "🌔",
  no_entry: "⛔", no_entry_sign: "🚫", package: "📦", pushpin: "📌", question: "❓",
  red_circle: "🔴", robot_face: "🤖", rotating_light: "🚨", round_pushpin: "📍",
  satellite: "📡", satellite_antenna: "📡", signal_strength: "📶", sleeping: "😴", sos: "🆘",
  sparkles: "✨", stopwatch: "⏱️", tada: "🎉", thumbsup: "👍", "+1": "👍", truck: "🚚", wave: "👋",
  warning: "⚠️", white_check_mark: "✅", white_circle: "⚪", world_map: "🗺️", wrench: "🔧",
  x: "❌", zzz: "💤",
};

/** Marks drawn by the style sheet, so that they are there without a colour font: shape and name. */
const DRAWN = {
  "🟢": ["dot green", "green circle"], "🔴": ["dot red", "red circle"],
  "🟠": ["dot orange", "orange circle"], "🟡": ["dot yellow", "yellow circle"],
  "🔵": ["dot blue", "blue circle"], "⚪": ["dot white", "white circle"],
  "⚫": ["dot black", "black circle"], "✅": ["tile check", "check mark"],
  "❌": ["tile cross", "cross mark"], "⚠": ["tile warn", "warning"],
  "ℹ": ["tile info", "information"], "⛔": ["tile stop", "no entry"],
  "❔": ["tile ask", "question mark"], "❓": ["tile ask", "question mark"],
};

const FLAG = "[\\u{1F1E6}-\\u{1F1FF}]{2}";
const PIECES = new RegExp(`(${FLAG})|(${Object.keys(DRAWN).join("|")})\\uFE0F?`, "gu");
const SHORT_NAME = /:([a-z0-9_+'-]+):(?::skin-tone-[2-6]:)?/g;
const FLAG_NAME = /^flag-([a-z]{2})$/;
const LETTER_A = 0x1f1e6;

/** Returns the character of a short name, or undefined. */
export function character(name) {
  const flag = FLAG_NAME.exec(name);
  return flag ? flagOf(flag[1]) : BY_NAME[name];
}

/** Replaces the short names that are known; leaves `12:30:45` and the unknown as they are. */
export function withCharacters(text) {
  return text.replace(SHORT_NAME, (whole, name) => character(name) ?? whole);
}

/** Returns text as nodes: status marks and flags drawn, the rest as it is. */
export function emojiNodes(text) {
  const nodes = [];
  let end = 0;
  for (const match of text.matchAll(PIECES)) {
    nodes.push(text.slice(end, match.index), match[1] ? flag(match[1]) : mark(match[2]));
    end = match.index + match[0].length;
  }
  nodes.push(text.slice(end));
  return nodes.filter((node) => node !== "");
}

function mark(symbol) {
  const [shape, name] = DRAWN[symbol];
  return h("span", { class: `emoji ${shape}`, role: "img", "aria-label": name, title: name });
}

function flag(pair) {
  const letters = [...pair].map((c) => String.fromCharCode(c.codePointAt(0) - LETTER_A + 65));
  const country = letters.join("");
  return h("span.emoji.flag", { role: "img", "aria-label": `flag of ${country}` }, country);
}

function flagOf(code) {
  const a = "a".charCodeAt(0);
  return [...code].map((c) => String.fromCodePoint(LETTER_A + c.charCodeAt(0) - a)).join("");
}
