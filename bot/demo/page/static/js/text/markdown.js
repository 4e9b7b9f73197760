/** Standard Markdown, for the markdown block: as much of it as Slack draws. */

import { h } from "../dom.js";
import { emojiNodes, withCharacters } from "./emoji.js";
import { linkNode } from "./entities.js";

const INLINE = new RegExp(
  [
    "`(?<code>[^`]+)`",
    "!\\[(?<alt>[^\\]]*)\\]\\((?<image>[^\\s)]+)\\)",
    "\\[(?<label>[^\\]]+)\\]\\((?<url>[^\\s)]+)\\)",
    "\\*\\*(?<bold>.+?)\\*\\*(?!\\*)",
    "~~(?<strike>.+?)~~",
    "(?<![\\w*])[*_](?<italic>[^\\s*_](?:.*?[^\\s*_])?)[*_](?![\\w*])",
    "(?<bare>https?:\\/\\/[^\\s<>)]+[^\\s<>).,:;!?])",
  ].join("|"),
  "gs",
);
const TASK = /^\[([ xX])\] /;
const BLOCKS = [
  [/^```(\w*)\n([\s\S]*?)(?:\n```|$(?![\s\S]))/, (m) => h("pre", {}, m[2])],
  [/^(#{1,6}) +(.+)(?:\n|$)/, (m) => h(`h${Math.min(m[1].length + 2, 6)}`, {}, spans(m[2]))],
  [/^(?:-{3,}|\*{3,}|_{3,})(?:\n|$)/, () => h("hr")],
  [/^((?:>.*(?:\n|$))+)/, (m) => h("blockquote", {}, blocks(m[1].replace(/^> ?/gm, "")))],
  [/^((?:\|.*\|[ \t]*(?:\n|$)){2,})/, (m) => table(m[1])],
  [/^((?:[-*+] .*(?:\n(?: {2,}).*)*(?:\n|$))+)/, (m) => h("ul", {}, items(m[1], /^[-*+] /))],
  [/^((?:\d+[.)] .*(?:\n(?: {2,}).*)*(?:\n|$))+)/, (m) => h("ol", {}, items(m[1], /^\d+[.)] /))],
];
const PARAGRAPH = /^(?:(?!```|#{1,6} |>|[-*+] |\d+[.)] ).+(?:\n|$))+|^.+(?:\n|$)/;

/** Draws Markdown. */
export function markdown(text) {
  return h("div.markdown", {}, blocks(text.replace(/\r\n?/g, "\n")));
}

function blocks(text) {
  const nodes = [];
  for (let rest = text.replace(/^\n+/, ""); rest; rest = rest.replace(/^\n+/, "")) {
    const [length, node] = block(rest);
    nodes.push(node);
    rest = rest.slice(length);
  }
  return nodes;
}

function block(text) {
  for (const [pattern, draw] of BLOCKS) {
    const match = pattern.exec(text);
    if (match?.[0]) return [match[0].length, draw(match)];
  }
  const paragraph = PARAGRAPH.exec(text)[0];
  return [paragraph.length, h("p", {}, spans(paragraph.trimEnd()))];
}

function spans(text) {
  const nodes = [];
  let end = 0;
  for (const match of text.matchAll(INLINE)) {
    nodes.push(letters(text.slice(end, match.index)), span(match.groups));
    end = match.index + match[0].length;
  }
  return [...nodes, letters(text.slice(end))];
}

function span({ code, alt, image, label, url, bold, strike, italic, bare }) {
  if (code) return h("code", {}, code);
  if (image) return linkNode(image, alt || image);
  if (url) return linkNode(url, label);
  if (bare) return linkNode(bare, bare);
  if (bold) return h("b", {}, spans(bold));
  return strike ? h("s", {}, spans(strike)) : h("i", {}, spans(italic));
}

function letters(text) {
  return emojiNodes(withCharacters(text.replace(/\\([\\`*_{}[\]()#+\-.!|~>])/g, "$1")));
}

function items(text, mark) {
  const lines = text.trimEnd().split("\n");
  const starts = lines.map((line, n) => (mark.test(line) ? n : -1)).filter((n) => n >= 0);
  return starts.map((start, n) => item(lines.slice(start, starts[n + 1]), mark));
}

function item([first, ...nested], mark) {
  const text = first.replace(mark, "");
  const task = TASK.exec(text);
  const box = task && h("input", { type: "checkbox", disabled: true, checked: task[1] !== " " });
  const below = blocks(nested.map((line) => line.replace(/^ {2,4}/, "")).join("\n"));
  return h("li", {}, box, spans(text.replace(TASK, "")), below);
}

function table(text) {
  const [head, , ...body] = text.trimEnd().split("\n").map(cells);
  const headers = h("tr", {}, head.map((cell) => h("th", { scope: "col" }, spans(cell))));
  const rows = body.map((row) => h("tr", {}, row.map((cell) => h("td", {}, spans(cell)))));
  return h("div.scroller", {}, h("table.grid", {}, h("thead", {}, headers), h("tbody", {}, rows)));
}

function cells(line) {
  return line.trim().replace(/^\||\|$/g, "").split(/(?<!\\)\|/).map((cell) => cell.trim());
}
