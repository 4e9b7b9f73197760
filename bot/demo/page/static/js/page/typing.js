/** A box to type in that grows, sends on Enter, and offers whom to mention after an `@`. */

import { freshId, h, put } from "../dom.js";

const TALLEST = 160;
const MOST_OFFERED = 6;
const MOVES = { ArrowDown: 1, ArrowUp: -1 };
const BEGUN = /(?:^|\s)@([\w.-]*)$/;

/**
 * Takes what is typed; Enter passes it to `onsend(text)`, Shift+Enter begins a line. `mentionable()`
 * returns whom to offer: {handle, title, note}; `ontyped(text)` is called on every change.
 */
export class TypingBox {
  constructor({ props, mentionable, onsend, ontyped = () => {} }) {
    Object.assign(this, { mentionable, onsend, ontyped, offered: [], active: 0 });
    const list = freshId("mentions");
    this.list = h("ul.mentions", { role: "listbox", id: list, hidden: true, "aria-label": "Mention" });
    this.box = h("textarea", {
      rows: "1", autocomplete: "off", spellcheck: "false", enterkeyhint: "send", ...props,
      "aria-controls": list, oninput: () => this.typed(), onkeydown: (event) => this.key(event),
      onblur: () => this.offer([]),
    });
    this.node = h("span.typing", {}, this.list, this.box);
  }

  get value() {
    return this.box.value;
  }

  focus() {
    this.box.focus();
  }

  /** Puts a text into the box, ready to be sent. */
  fill(text) {
    this.box.value = text;
    this.typed();
    this.focus();
  }

  /** Begins a mention at the end of what stands there. */
  mention(handle) {
    const before = this.value && !/\s$/.test(this.value) ? `${this.value} ` : this.value;
    this.fill(`${before}@${handle} `);
  }

  typed() {
    this.box.style.height = "auto";
    this.box.style.height = `${Math.min(this.box.scrollHeight, TALLEST)}px`;
    const begun = BEGUN.exec(this.value.slice(0, this.box.selectionStart));
    const fits = ({ handle, title }) => [handle, ...title.split(" ")].some((word) =>
      word.toLowerCase().startsWith(begun[1].toLowerCase()));
    const fitting = begun ? this.mentionable().filter(fits).slice(0, MOST_OFFERED) : [];
    this.offer(fitting.some(({ handle }) => handle === begun[1]) ? [] : fitting);
    this.ontyped(this.value);
  }

  offer(people) {
    this.offered = people;
    this.active = 0;
    this.list.hidden = !people.length;
    put(this.list, people.map((each, n) => this.row(each, n)));
  }

  row(person, n) {
    const pick = (event) => {
      event.preventDefault();
      this.pick(person);
    };
    const props = { role: "option", class: n === this.active ? "active" : "", onmousedown: pick };
    const note = person.note && h("small", {}, ` ${person.note}`);
    return h("li", props, h("b", {}, `@${person.handle}`), ` ${person.title}`, note);
  }

  pick({ handle }) {
    const at = this.box.selectionStart;
    const before = this.value.slice(0, at).replace(/@[\w.-]*$/, `@${handle} `);
    this.fill(before + this.value.slice(at));
  }

  key(event) {
    if (this.offered.length && this.choose(event)) event.preventDefault();
    else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.send();
    }
  }

  /** Moves among what is offered, takes it or lets it go; tells whether the key was for that. */
  choose(event) {
    if (event.key in MOVES) {
      const count = this.offered.length;
      this.active = (this.active + MOVES[event.key] + count) % count;
      put(this.list, this.offered.map((each, n) => this.row(each, n)));
      return true;
    }
    if (event.key === "Escape") this.offer([]);
    else if (["Enter", "Tab"].includes(event.key) && !event.shiftKey) this.pick(this.offered[this.active]);
    else return false;
    return true;
  }

  /** Returns away what was typed. */
  send() {
    const text = this.value.trim();
    if (!text) return;
    this.fill("");
    this.onsend(text);
  }
}
