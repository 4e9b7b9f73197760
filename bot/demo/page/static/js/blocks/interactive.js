/** The blocks that hold elements to click or fill in: actions, context_actions, input. */

import { freshId, h } from "../dom.js";
import { drawElement } from "../elements/index.js";
import { Place } from "../elements/place.js";
import { textObject, words } from "../text/text_object.js";

const GROUPS = new Set(["checkboxes", "radio_buttons"]);

/** Draws a row of elements. */
export function actions(block, place) {
  return h("div.actions", {}, block.elements.map((element) => drawElement(element, place)));
}

/** Draws an input with its label, hint and the place for an error. */
export function input(block, place) {
  const { element } = block;
  const quiet = new Place(place.surface, block.block_id, { dispatches: Boolean(block.dispatch_action) });
  const drawn = drawElement(element, quiet);
  const field = drawn.matches("input, select, textarea") ? drawn : (drawn.querySelector("input") ?? drawn);
  const note = block.optional ? h("small", {}, " (optional)") : null;
  const ids = { hint: freshId("hint"), error: freshId("error") };
  field.setAttribute("aria-describedby", `${ids.hint} ${ids.error}`);
  if (!block.optional && !GROUPS.has(element.type)) field.setAttribute("aria-required", "true");
  return h("div.input-block", { "data-block": block.block_id },
    labelled(drawn, field, block, note), drawn,
    h("small", { id: ids.hint, class: "hint" }, textObject(block.hint, place.names)),
    h("small", { id: ids.error, class: "error", role: "alert" }));
}

function labelled(drawn, field, block, note) {
  if (GROUPS.has(block.element.type)) {
    drawn.setAttribute("aria-label", words(block.label));
    return h("span.label", {}, words(block.label), note);
  }
  field.id ||= freshId("field");
  field.removeAttribute("aria-label");
  return h("label.label", { for: field.id }, words(block.label), note);
}
