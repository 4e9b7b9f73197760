/** The blocks that only show: section, header, context, divider, image, markdown, alert… */

import { h } from "../dom.js";
import { drawElement } from "../elements/index.js";
import { picture } from "../picture.js";
import { markdown } from "../text/markdown.js";
import { richText } from "../text/rich_text.js";
import { textObject, words } from "../text/text_object.js";

const LEVELS = { info: "Info", warning: "Warning", error: "Error", success: "Success" };

/** Draws a section: text, fields in two columns, an accessory at the side. */
export function section(block, place) {
  const text = block.text && h("div.text", {}, textObject(block.text, place.names));
  const fields = block.fields && h("div.fields", {},
    block.fields.map((field) => h("div.field", {}, textObject(field, place.names))));
  const accessory = block.accessory && h("div.accessory", {}, drawElement(block.accessory, place));
  return h("div.section", {}, h("div.main", {}, text, fields), accessory);
}

/** Draws a header. */
export function header(block, place) {
  const level = Math.min(6, 2 + (block.level ?? 1));
  return h(`h${level}.header`, {}, textObject(block.text, place.names));
}

/** Draws a context line: small texts and pictures. */
export function context(block, place) {
  return h("div.context", {}, block.elements.map((element) =>
    element.type === "image" ? picture(element, place.surface, "tiny") : textObject(element, place.names)));
}

/** Draws a line across. */
export function divider() {
  return h("hr.divider", {});
}

/** Draws a picture with its title. */
export function image(block, place) {
  const title = block.title && h("figcaption", {}, textObject(block.title, place.names));
  return h("figure.image", {}, title, picture(block, place.surface, "large"));
}

/** Draws rich text. */
export function richTextBlock(block, place) {
  return richText(block, place.names);
}

/** Draws Markdown. */
export function markdownBlock(block) {
  return markdown(block.text);
}

/** Draws an alert; its level stands in words too. */
export function alert(block, place) {
  const level = LEVELS[block.level];
  return h("div", { class: `alert ${block.level ?? "default"}`, role: "note" },
    level && h("b", {}, `${level}: `), textObject(block.text, place.names));
}

/** Draws a file that the message names. */
export function file(block) {
  return h("p.elsewhere", {}, `File ${block.external_id ?? ""}`);
}

/** Draws a task card: what is being done, and how far. */
export function taskCard(block, place) {
  const texts = [block.details, block.output].filter(Boolean);
  return h("div.task", {}, h("b", {}, words(block.title)), ` — ${block.status.replace("_", " ")}`,
    texts.map((each) => richText(each, place.names)));
}

/** Draws a plan: a title over task cards. */
export function plan(block, place) {
  const tasks = (block.tasks ?? []).map((task) => taskCard(task, place));
  return h("div.plan", {}, h("b", {}, words(block.title)), tasks);
}
