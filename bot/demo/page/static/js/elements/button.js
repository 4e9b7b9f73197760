/** Buttons, links that look like them, and small icon buttons. */

import { h } from "../dom.js";
import { textObject, words } from "../text/text_object.js";

const ICONS = { trash: "🗑" };

/** Draws a button; one with a `url` opens it and tells the app too, as in Slack. */
export function button(element, place) {
  const node = element.url ? linkTo(element.url) : h("button", {});
  node.className = `button ${element.style ?? ""}`.trim();
  node.dataset.key = place.key(element);
  if (element.accessibility_label) node.setAttribute("aria-label", element.accessibility_label);
  node.prepend(...(textObject(element.text)?.childNodes ?? []));
  node.addEventListener("click", () => place.tell(node, element));
  return node;
}

/** Draws an icon button. */
export function iconButton(element, place) {
  const label = element.accessibility_label ?? words(element.text);
  const props = { class: "icon-button", title: label, "aria-label": label };
  const node = h("button", props, ICONS[element.icon] ?? "•");
  node.addEventListener("click", () => place.tell(node, element));
  return node;
}

/** Draws the pair of thumbs. */
export function feedbackButtons(element, place) {
  const pair = [element.positive_button, element.negative_button];
  return h("span.choices", {}, pair.map((each) => thumb(each, element, place)));
}

function thumb(each, element, place) {
  const node = h("button.button", {}, words(each.text));
  node.addEventListener("click", () => place.tell(node, element, { selected: each.value }));
  return node;
}

function linkTo(url) {
  const href = /^https?:\/\//i.test(url) ? url : undefined;
  const arrow = h("span.external", { "aria-hidden": "true" }, "↗");
  return h("a", { href, target: "_blank", rel: "noopener noreferrer" }, arrow);
}
