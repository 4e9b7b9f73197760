/** The cells of tables: raw text, numbers, rich text and buttons. */

import { h } from "../dom.js";
import { drawElement } from "../elements/index.js";
import { emojiNodes, withCharacters } from "../text/emoji.js";
import { richText, richTextWords } from "../text/rich_text.js";
import { words } from "../text/text_object.js";

/** Draws what a cell holds. */
export function cellContent(cell, place) {
  if (cell.type === "rich_text") return richText(cell, place.names);
  if (cell.type === "action") return drawElement(cell.element, place);
  return emojiNodes(withCharacters(cellWords(cell)));
}

/** Returns a cell's characters, to filter and sort by. */
export function cellWords(cell) {
  if (cell.type === "rich_text") return richTextWords(cell);
  if (cell.type === "action") return cell.fallback ? cellWords(cell.fallback) : words(cell.element.text);
  return cell.text ?? String(cell.value ?? "");
}

/** Returns a cell's number; NaN where it has none. */
export function cellNumber(cell) {
  return cell.type === "raw_number" ? Number(cell.value) : NaN;
}

/** Draws one cell of a row. */
export function cellNode(cell, place, { header, align, wrapped } = {}) {
  const numeric = cell.type === "raw_number" ? "number" : "";
  const classes = [align && `align-${align}`, wrapped && "wrapped", numeric].filter(Boolean).join(" ");
  const props = { class: classes || undefined, scope: header };
  return h(header ? "th" : "td", props, cellContent(cell, place));
}
