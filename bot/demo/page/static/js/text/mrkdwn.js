/** Slack's own markup, as nodes: bold, italic, strike, code, quotes, links, mentions, dates. */

import { h } from "../dom.js";
import { emojiNodes, withCharacters } from "./emoji.js";
import { entityNode, linkNode } from "./entities.js";
import { unescaped } from "./escapes.js";

const FENCE = /```\n?([\s\S]+?)\n?```/g;
const QUOTE = /^(?:>|&gt;) ?/;
const REST_QUOTE = /^(?:>>>|&gt;&gt;&gt;) ?/;
const STYLES = { "*": "b", _: "i", "~": "s" };
const WORD = /[\p{L}\p{N}]/u;
const SPACE = /\s/;
const PLAIN = /^(?:(?!https?:\/\/)[^*_~`<:])+/;
const SHORT_NAME = /^:[a-z0-9_+'-]+:/;
const URL_START = /^https?:\/\/[^\s<>|]+[^\s<>|.,:;!?'")\]}]/;

/** Draws mrkdwn; `names` knows people and channels; `verbatim` leaves bare links as text. */
export function mrkdwn(text, names, { verbatim = false } = {}) {
  const nodes = [];
  let end = 0;
  for (const match of text.matchAll(FENCE)) {
    nodes.push(...paragraphs(text.slice(end, match.index), names, verbatim));
    nodes.push(h("pre", {}, unescaped(match[1])));
    end = match.index + match[0].length;
  }
  nodes.push(...paragraphs(text.slice(end), names, verbatim));
  return h("span.mrkdwn", {}, nodes);
}

/** Draws plain_text: nothing but emoji names means anything, and not they with `emoji: false`. */
export function plain(text, emoji = true) {
  return h("span.plain", {}, emojiNodes(emoji ? withCharacters(text) : text));
}

function paragraphs(text, names, verbatim) {
  const nodes = [];
  for (const { quote, lines } of grouped(text)) {
    const inner = inline(lines.join("\n"), { names, verbatim });
    nodes.push(quote ? h("blockquote", {}, inner) : inner);
  }
  return nodes;
}

/** Puts lines of one kind together; after `>>>` all is quoted. */
function grouped(text) {
  const groups = [];
  let rest = false;
  for (const line of text.split("\n")) {
    const quote = rest || QUOTE.test(line);
    const content = rest ? line : line.replace(REST_QUOTE.test(line) ? REST_QUOTE : QUOTE, "");
    rest ||= REST_QUOTE.test(line);
    if (groups.at(-1)?.quote !== quote) groups.push({ quote, lines: [] });
    groups.at(-1).lines.push(content);
  }
  return groups;
}

function inline(text, how) {
  const nodes = [];
  for (let at = 0; at < text.length; ) {
    const [length, made] = piece(text, at, how);
    nodes.push(made);
    at += length;
  }
  return nodes;
}

/** Returns how many characters the piece at a position takes, and its nodes. */
function piece(text, at, how) {
  const here = text[at];
  if (here === "<") return entityAt(text, at, how);
  if (here === "`") return codeAt(text, at);
  if (here in STYLES) return styleAt(text, at, how);
  if (here === ":") return shortNameAt(text, at);
  if (!how.verbatim && text.startsWith("http", at)) return urlAt(text, at);
  return literal(text.slice(at).match(PLAIN)?.[0] ?? here);
}

function literal(text) {
  return [text.length, emojiNodes(withCharacters(unescaped(text)))];
}

function entityAt(text, at, how) {
  const close = text.indexOf(">", at);
  const node = close > at + 1 && entityNode(text.slice(at + 1, close), how.names);
  return node ? [close - at + 1, node] : literal("<");
}

function codeAt(text, at) {
  const close = text.indexOf("`", at + 1);
  const content = text.slice(at + 1, close);
  if (close <= at + 1 || content.includes("\n")) return literal("`");
  return [close - at + 1, h("code", {}, unescaped(content))];
}

function shortNameAt(text, at) {
  const name = text.slice(at).match(SHORT_NAME)?.[0] ?? ":";
  const known = withCharacters(name);
  return known === name ? literal(":") : [name.length, emojiNodes(known)];
}

function urlAt(text, at) {
  const found = text.slice(at).match(URL_START)?.[0];
  return found ? [found.length, linkNode(unescaped(found), unescaped(found))] : literal(text[at]);
}

function styleAt(text, at, how) {
  const mark = text[at];
  const close = opens(text, at) ? closing(text, at) : -1;
  if (close < 0) return literal(mark);
  return [close - at + 1, h(STYLES[mark], {}, inline(text.slice(at + 1, close), how))];
}

function opens(text, at) {
  const [before, after] = [text[at - 1] ?? " ", text[at + 1] ?? " "];
  return !WORD.test(before) && !SPACE.test(after) && after !== text[at];
}

function closing(text, start) {
  for (let at = start + 1; at < text.length && text[at] !== "\n"; at += 1) {
    if (text[at] === "<" || text[at] === "`") at = pastTwin(text, at);
    else if (text[at] === text[start] && closes(text, start, at)) return at;
  }
  return -1;
}

function closes(text, start, at) {
  return at > start + 1 && !SPACE.test(text[at - 1]) && !WORD.test(text[at + 1] ?? " ");
}

function pastTwin(text, at) {
  const twin = text.indexOf(text[at] === "<" ? ">" : "`", at + 1);
  return twin < 0 ? at : twin;
}
