/** Elements that are typed into or picked from a calendar. */

import { h } from "../dom.js";
import { words } from "../text/text_object.js";
import { labelOf } from "./choices.js";

const TEXT_TYPES = { email_text_input: "email", url_text_input: "url", number_input: "number" };
const PICKERS = {
  datepicker: { type: "date", initial: "initial_date" },
  timepicker: { type: "time", initial: "initial_time" },
  datetimepicker: { type: "datetime-local", initial: "initial_date_time" },
};

const UNNAMED = {
  datepicker: "Date", timepicker: "Time", datetimepicker: "Date and time", plain_text_input: "Text",
  email_text_input: "E-mail", url_text_input: "Address", number_input: "Number",
};

/** Draws a line or a box to type in; Enter tells the app where the block asks for it. */
export function textInput(element, place) {
  const tag = element.multiline ? "textarea" : "input";
  const type = element.multiline ? undefined : (TEXT_TYPES[element.type] ?? "text");
  const keep = () => place.hold(element, node.value || null);
  const enter = (event) => {
    if (event.key !== "Enter" || element.multiline || !place.dispatches) return;
    place.tell(node, element, { selected: node.value });
  };
  const node = h(tag, { ...props(element, place), type, oninput: keep, onkeydown: enter });
  node.value = place.held(element, element.initial_value) ?? "";
  return node;
}

/** Draws a picker of a day, a time of day, or a moment (which the app gets in Unix seconds). */
export function picker(element, place) {
  const { type, initial } = PICKERS[element.type];
  const moment = element.type === "datetimepicker";
  const read = () => (moment ? Math.floor(new Date(node.value).getTime() / 1000) : node.value);
  const pick = () => place.choose(node, element, node.value ? read() : null);
  const node = h("input", { ...props(element, place), type, onchange: pick });
  const chosen = place.held(element, element[initial]);
  node.value = moment && chosen ? localMoment(chosen) : (chosen ?? "");
  return node;
}

function localMoment(seconds) {
  const when = new Date(seconds * 1000);
  return new Date(when - when.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

function props(element, place) {
  return {
    class: "input",
    placeholder: words(element.placeholder) || undefined,
    "aria-label": labelOf(element) ?? UNNAMED[element.type],
    "data-key": place.key(element),
    minlength: element.min_length,
    maxlength: element.max_length,
    min: element.min_value,
    max: element.max_value,
    step: element.is_decimal_allowed ? "any" : undefined,
  };
}
