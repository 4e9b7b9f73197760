/** The external select: as one types, the app is asked for options. */

import { freshId, h, put } from "../dom.js";
import { words } from "../text/text_object.js";
import { labelOf } from "./choices.js";

/** How long one pauses in typing before the app is asked. */
export const PAUSE_MS = 200;
const DEFAULT_MIN_QUERY = 3;

/** Returns how many characters must stand there before the app is asked. */
export function leastTyped(element) {
  return element.min_query_length ?? DEFAULT_MIN_QUERY;
}

/** Draws a combobox whose options come from the app. */
export function externalSelect(element, place) {
  const box = new Combobox(element, place);
  return box.node;
}

class Combobox {
  constructor(element, place) {
    this.element = element;
    this.place = place;
    this.asked = 0;
    this.options = [];
    this.active = -1;
    const id = freshId("suggestions");
    this.list = h("ul.suggestions", { role: "listbox", id, hidden: true });
    this.input = h("input.input", {
      type: "text", role: "combobox", autocomplete: "off", "aria-expanded": "false",
      "aria-controls": id, "aria-autocomplete": "list", "aria-label": labelOf(element),
      placeholder: words(element.placeholder), "data-key": place.key(element),
      oninput: () => this.later(), onkeydown: (event) => this.key(event), onblur: () => this.leave(),
    });
    this.showChosen();
    this.node = h("span.combobox", {}, this.input, this.list);
  }

  showChosen() {
    this.input.value = words(this.place.held(this.element, this.element.initial_option)?.text);
  }

  /** Drops what was typed and not chosen. */
  leave() {
    this.hide();
    this.showChosen();
  }

  later() {
    clearTimeout(this.timer);
    if (!this.input.value) this.place.hold(this.element, null);
    if (this.input.value.length < leastTyped(this.element)) return this.hide();
    this.timer = setTimeout(() => this.ask(), PAUSE_MS);
  }

  async ask() {
    const turn = (this.asked += 1);
    const options = await this.place.surface.suggest(this.place.blockId, this.element, this.input.value);
    if (turn === this.asked) this.show(options);
  }

  show(options) {
    this.options = options;
    this.active = -1;
    const rows = options.map((option, n) => this.row(option, n));
    put(this.list, rows.length ? rows : h("li.nothing", {}, "Nothing found"));
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
  }

  row(option, n) {
    const id = `${this.list.id}-${n}`;
    const pick = (event) => {
      event.preventDefault();
      this.pick(option);
    };
    return h("li", { role: "option", id, onmousedown: pick }, words(option.text));
  }

  hide() {
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }

  pick(option) {
    this.input.value = words(option.text);
    this.hide();
    this.place.choose(this.input, this.element, option);
  }

  key(event) {
    const moves = { ArrowDown: 1, ArrowUp: -1 };
    if (this.list.hidden) return;
    if (event.key in moves) this.move(event, moves[event.key]);
    if (event.key === "Enter" && this.options[this.active]) this.pick(this.options[this.active]);
    if (event.key === "Escape") {
      event.preventDefault();
      this.hide();
    }
  }

  move(event, by) {
    event.preventDefault();
    const count = this.options.length;
    this.active = count ? (this.active + by + count) % count : -1;
    [...this.list.children].forEach((row, n) => row.classList.toggle("active", n === this.active));
    this.input.setAttribute("aria-activedescendant", `${this.list.id}-${this.active}`);
  }
}
