/** The rich_text block: sections, lists, quotes and preformatted text. */

import { h } from "../dom.js";
import { dateNode } from "./dates.js";
import { character, emojiNodes } from "./emoji.js";
import { broadcastNode, channelNode, linkNode, personNode } from "./entities.js";

const STYLES = { bold: "b", italic: "i", strike: "s", underline: "u", code: "code" };
const LIST_MARKS = ["disc", "circle", "square"];
const LEAVES = {
  text: (leaf) => emojiNodes(leaf.text),
  link: (leaf) => linkNode(leaf.url, leaf.text ?? leaf.url),
  emoji: (leaf) => emojiNodes(leaf.unicode ? fromCodes(leaf.unicode) : named(leaf.name)),
  user: (leaf, names) => personNode(leaf.user_id, names),
  channel: (leaf, names) => channelNode(leaf.channel_id, names),
  usergroup: (leaf) => h("span.mention", {}, `@${leaf.usergroup_id}`),
  broadcast: (leaf) => broadcastNode(leaf.range),
  color: (leaf) => h("code", {}, leaf.value),
  date: (leaf) => dateLeaf(leaf),
};
const PARTS = {
  rich_text_section: (part, names) => h("div.rich-section", {}, leaves(part, names)),
  rich_text_quote: (part, names) => h("blockquote", {}, leaves(part, names)),
  rich_text_preformatted: (part, names) => h("pre", {}, leaves(part, names)),
  rich_text_list: (part, names) => list(part, names),
};

/** Draws a rich_text block, or any object with `elements` of its kinds. */
export function richText(block, names) {
  const parts = (block.elements ?? []).map((part) => PARTS[part.type]?.(part, names));
  return h("div.rich-text", {}, parts);
}

/** Returns the characters of a rich_text block, to sort and filter by. */
export function richTextWords(block) {
  if (block.type === "text") return block.text;
  const own = block.text ?? block.name ?? block.fallback ?? block.user_id ?? "";
  return own + (block.elements ?? []).map(richTextWords).join("");
}

function leaves(part, names) {
  return (part.elements ?? []).map((leaf) => styled(leaf, LEAVES[leaf.type]?.(leaf, names)));
}

function styled(leaf, content) {
  const tags = Object.keys(STYLES).filter((style) => leaf.style?.[style]);
  return tags.reduce((inner, style) => h(STYLES[style], {}, inner), content);
}

function list(part, names) {
  const items = part.elements.map((item) => h("li", {}, PARTS[item.type]?.(item, names)));
  const indent = part.indent ?? 0;
  const kind = part.style === "ordered" ? "decimal" : LIST_MARKS[indent % LIST_MARKS.length];
  const props = { class: `indent-${Math.min(indent, 5)} ${kind}` };
  if (part.style !== "ordered") return h("ul", props, items);
  return h("ol", { ...props, start: (part.offset ?? 0) + 1 }, items);
}

function dateLeaf(leaf) {
  const node = dateNode(leaf.timestamp, leaf.format, leaf.fallback ?? "");
  return leaf.url ? h("a", { href: leaf.url, target: "_blank", rel: "noopener noreferrer" }, node) : node;
}

function fromCodes(codes) {
  return String.fromCodePoint(...codes.split("-").map((code) => parseInt(code, 16)));
}

function named(name) {
  return character(name) ?? `:${name}:`;
}
