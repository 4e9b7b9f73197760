/** Elements with options: selects, overflow menus, checkboxes, radio buttons. */

import { freshId, h } from "../dom.js";
import { textObject, words } from "../text/text_object.js";
import { channelMention } from "../page/names.js";
import { menuButton } from "./menu.js";

/** Draws a select of fixed options; it is the browser's own, so that keys and phones work. */
export function staticSelect(element, place) {
  return select(element, place, contentOf(element), element.initial_option?.value);
}

/** Draws a select of several fixed options. */
export function multiSelect(element, place) {
  const chosen = new Set(place.held(element, element.initial_options?.map((each) => each.value)));
  const pick = () => place.choose(node, element, [...node.selectedOptions].map((each) => each.value));
  const props = { class: "select", multiple: true, "aria-label": labelOf(element), onchange: pick };
  const node = h("select", { ...props, "data-key": place.key(element) }, contentOf(element));
  for (const option of node.options) option.selected = chosen.has(option.value);
  return node;
}

/** Draws a select of the workspace's people or channels. */
export function workspaceSelect(element, place) {
  const { names } = place;
  const people = names.people().map((each) => h("option", { value: each.id }, `@${each.real_name}`));
  const option = (each) => h("option", { value: each.id }, channelMention(each));
  const channels = channelsFor(element, names).map(option);
  const content = element.type === "users_select" ? people : channels;
  const initial = element.initial_user ?? element.initial_channel ?? element.initial_conversation;
  return select(element, place, content, initial);
}

/** Returns the channels that a select offers, by its filter. */
export function channelsFor({ type, filter = {} }, names) {
  const shown = filter.include ?? (type.endsWith("channels_select") ? ["public"] : ["public", "private"]);
  const foreign = filter.exclude_external_shared_channels;
  return names.places().filter((each) => shown.includes(each.kind) && !(foreign && each.is_shared));
}

/** Draws the three dots with their menu. */
export function overflow(element, place) {
  const items = element.options.map((option) => ({
    label: words(option.text),
    description: words(option.description),
    href: /^https?:/i.test(option.url ?? "") ? option.url : undefined,
    choose: () => place.tell(node, element, { selected: option.value }),
  }));
  const node = menuButton({ label: "More actions", caption: "⋯", key: place.key(element), items });
  return node;
}

/** Draws checkboxes. */
export function checkboxes(element, place) {
  const chosen = new Set(place.held(element, element.initial_options?.map((each) => each.value)));
  const change = ({ target }) => {
    if (target.checked) chosen.add(target.value);
    else chosen.delete(target.value);
    const values = element.options.map((each) => each.value);
    place.choose(node, element, values.filter((value) => chosen.has(value)));
  };
  const ticks = element.options.map((option) =>
    tick(option, place, { type: "checkbox", onchange: change }, chosen.has(option.value)));
  const node = h("span.choices", { role: "group", "aria-label": labelOf(element) }, ticks);
  return node;
}

/** Draws radio buttons. */
export function radioButtons(element, place) {
  const chosen = place.held(element, element.initial_option?.value);
  const change = ({ target }) => place.choose(node, element, target.value);
  const props = { type: "radio", name: freshId("radio"), onchange: change };
  const ticks = element.options.map((option) => tick(option, place, props, option.value === chosen));
  const node = h("span.choices", { role: "radiogroup", "aria-label": labelOf(element) }, ticks);
  return node;
}

/** Returns the accessible name of an element without a label of its own. */
export function labelOf(element) {
  return words(element.placeholder) || element.accessibility_label || undefined;
}

function select(element, place, content, initial) {
  const caption = words(element.placeholder) || "Choose an option";
  const hint = h("option", { value: "", disabled: true, hidden: true }, caption);
  const pick = () => place.choose(node, element, node.value);
  const props = { class: "select", "aria-label": caption, "data-key": place.key(element) };
  const node = h("select", { ...props, onchange: pick }, hint, content);
  node.value = place.held(element, initial) ?? "";
  return node;
}

function contentOf(element) {
  const nodes = (options) => options.map((each) => h("option", { value: each.value }, words(each.text)));
  if (!element.option_groups) return nodes(element.options ?? []);
  const group = (each) => h("optgroup", { label: words(each.label) }, nodes(each.options));
  return element.option_groups.map(group);
}

function tick(option, place, props, on) {
  const box = h("input", { ...props, value: option.value });
  box.checked = on;
  const more = option.description && h("small", {}, textObject(option.description, place.names));
  return h("label.choice", {}, box, h("span", {}, textObject(option.text, place.names), more));
}
