/** Selects of several that are typed into: people, channels, or what the app offers. */

import { freshId, h, put } from "../dom.js";
import { words } from "../text/text_object.js";
import { channelMention } from "../page/names.js";
import { channelsFor, labelOf } from "./choices.js";
import { PAUSE_MS, leastTyped } from "./suggest.js";

const INITIAL = {
  multi_users_select: "initial_users",
  multi_channels_select: "initial_channels",
  multi_conversations_select: "initial_conversations",
  multi_external_select: "initial_options",
};

/** Draws a box to type in; what is chosen stands beside it, each with a cross to take it away. */
export function multiTyped(element, place) {
  return new Multi(element, place).node;
}

class Multi {
  constructor(element, place) {
    this.element = element;
    this.place = place;
    this.external = element.type === "multi_external_select";
    this.chosen = [...(place.held(element, element[INITIAL[element.type]]) ?? [])];
    this.turn = 0;
    const id = freshId("suggestions");
    this.list = h("ul.suggestions", { role: "listbox", id, hidden: true });
    this.chips = h("span.chips", {});
    this.input = h("input.input", {
      type: "text", role: "combobox", autocomplete: "off", "aria-expanded": "false", "aria-controls": id,
      "aria-label": labelOf(element), placeholder: words(element.placeholder) || "Type to choose",
      "data-key": place.key(element), oninput: () => this.later(), onfocus: () => this.later(),
      onblur: () => this.show(null),
      onkeydown: (event) => this.key(event),
    });
    this.node = h("span.combobox.multi", {}, this.chips, this.input, this.list);
    this.drawChips();
  }

  later() {
    clearTimeout(this.timer);
    if (!this.external) this.show(this.local(this.input.value.toLowerCase()));
    else if (this.input.value.length < leastTyped(this.element)) this.show(null);
    else this.timer = setTimeout(() => this.ask(), PAUSE_MS);
  }

  async ask() {
    const turn = (this.turn += 1);
    const options = await this.place.surface.suggest(this.place.blockId, this.element, this.input.value);
    if (turn === this.turn) this.show(options.map((option) => ({ value: option, title: words(option.text) })));
  }

  /** Returns the people or channels whose names fit. */
  local(typed) {
    const { names } = this.place;
    const all = this.element.type === "multi_users_select"
      ? names.people().map((each) => ({ value: each.id, title: `@${each.real_name}` }))
      : channelsFor(this.element, names).map((each) => ({ value: each.id, title: channelMention(each) }));
    const fits = ({ title }) => title.toLowerCase().includes(typed);
    return all.filter((each) => fits(each) && !this.chosen.includes(each.value));
  }

  show(options) {
    this.options = options ?? [];
    this.list.hidden = !options;
    this.input.setAttribute("aria-expanded", String(Boolean(options)));
    const rows = this.options.map((each) => h("li", { role: "option", onmousedown: (event) => {
      event.preventDefault();
      this.add(each.value);
    } }, each.title));
    put(this.list, rows.length ? rows : h("li.nothing", {}, "Nothing found"));
  }

  key(event) {
    if (event.key === "Enter" && this.options?.length) {
      event.preventDefault();
      this.add(this.options[0].value);
    } else if (event.key === "Backspace" && !this.input.value && this.chosen.length) {
      this.take(this.chosen.at(-1));
    } else if (event.key === "Escape" && !this.list.hidden) {
      event.preventDefault();
      this.show(null);
    }
  }

  add(value) {
    const same = (each) => (each.value ?? each) === (value.value ?? value);
    const most = this.element.max_selected_items ?? Infinity;
    if (!this.chosen.some(same) && this.chosen.length < most) this.change([...this.chosen, value]);
    this.input.value = "";
    this.show(null);
  }

  take(value) {
    this.change(this.chosen.filter((each) => each !== value));
  }

  change(chosen) {
    this.chosen = chosen;
    this.drawChips();
    this.place.choose(this.input, this.element, chosen);
  }

  drawChips() {
    put(this.chips, this.chosen.map((value) => {
      const title = this.titleOf(value);
      const cross = { "aria-label": `Remove ${title}`, onclick: () => this.take(value) };
      return h("span.chip", {}, title, h("button.icon-button", cross, "✕"));
    }));
  }

  titleOf(value) {
    if (this.external) return words(value.text);
    const { names } = this.place;
    return names.person(value)?.real_name ?? `#${names.channel(value)?.name ?? value}`;
  }
}
