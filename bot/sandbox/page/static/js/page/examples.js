/** The right side: what to try, with one click. */

import { h, redraw } from "../dom.js";

/** Lists the examples; `tryOut(text)` is told of a click. */
export class Examples {
  constructor(tryOut) {
    this.tryOut = tryOut;
    this.node = h("section.examples", { "aria-label": "Things to try" });
  }

  /** Draws it anew. */
  update(groups) {
    redraw(this.node, groups, () => groups.map((group) => [
      h("h2", {}, group.title), group.note && h("p.note", {}, group.note),
      h("ul", {}, group.examples.map((each) => this.one(each))),
    ]));
  }

  one({ text, title }) {
    const button = h("button.example", { onclick: () => this.tryOut(text) },
      h("code", {}, text), title && h("span", {}, title));
    return h("li", {}, button);
  }
}
