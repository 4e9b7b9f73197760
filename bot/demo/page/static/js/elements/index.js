/** Every interactive element, by its type. */

import { h } from "../dom.js";
import { picture } from "../picture.js";
import { button, feedbackButtons, iconButton } from "./button.js";
import { checkboxes, multiSelect, overflow, radioButtons, staticSelect, workspaceSelect } from "./choices.js";
import { picker, textInput } from "./fields.js";
import { multiTyped } from "./multi.js";
import { externalSelect } from "./suggest.js";

const ELEMENTS = {
  button,
  checkboxes,
  channels_select: workspaceSelect,
  conversations_select: workspaceSelect,
  datepicker: picker,
  datetimepicker: picker,
  email_text_input: textInput,
  external_select: externalSelect,
  feedback_buttons: feedbackButtons,
  icon_button: iconButton,
  image: (element, place) => picture(element, place.surface, "thumb"),
  multi_channels_select: multiTyped,
  multi_conversations_select: multiTyped,
  multi_external_select: multiTyped,
  multi_static_select: multiSelect,
  multi_users_select: multiTyped,
  number_input: textInput,
  overflow,
  plain_text_input: textInput,
  radio_buttons: radioButtons,
  static_select: staticSelect,
  timepicker: picker,
  url_text_input: textInput,
  users_select: workspaceSelect,
  workflow_button: button,
};

/** Draws an element; one that this page does not know is said, not hidden. */
export function drawElement(element, place) {
  const draw = ELEMENTS[element.type];
  return draw ? draw(element, place) : h("span.unknown", {}, `[element ${element.type}]`);
}
