/** KORE's side: how the stand-in for KORE's API behaves. */

import { h, redraw } from "../dom.js";

/** Lets the stand-in misbehave; `choose(mood)` resolves to whether it was done. */
export class KoreSide {
  constructor(choose) {
    this.choose = choose;
    this.node = h("section.kore", { "aria-label": "KORE's side", hidden: true });
  }

  /** Draws it anew; nothing where the sandbox has no such stand-in. */
  update(kore) {
    this.node.hidden = !kore;
    if (!kore) return;
    redraw(this.node, kore.moods, () => this.choice(kore.moods));
    for (const box of this.node.querySelectorAll("input")) box.checked = box.value === kore.mood;
  }

  choice(moods) {
    return [
      h("h2", {}, "KORE's side"),
      h("p.note", {}, "Make the stand-in for KORE's API misbehave, and ask again."),
      h("div.moods", { role: "radiogroup", "aria-label": "How KORE's API behaves" },
        moods.map((mood) => this.one(mood))),
    ];
  }

  one({ name, title }) {
    const box = h("input", { type: "radio", name: "mood", value: name, onchange: () => this.choose(name) });
    return h("label", { class: `mood ${name}` }, box, h("span.lamp", { "aria-hidden": "true" }), title);
  }
}
