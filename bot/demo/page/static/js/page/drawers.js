/** On narrow windows the sides are drawers: a button opens one, a choice or Escape closes it. */

import { h } from "../dom.js";

/** Keeps which side is open; on wide windows the style sheet shows both, whatever is kept. */
export class Drawers {
  constructor(root) {
    this.root = root;
    this.buttons = new Map();
    this.shade = h("div.shade", { onclick: () => this.close() });
    document.addEventListener("keydown", (event) => event.key === "Escape" && this.close());
  }

  /** Makes the button of a side: "left" or "right". */
  button(side, label, caption) {
    const press = () => this.set(this.root.dataset.drawer === side ? "" : side);
    const props = { "aria-label": label, "aria-expanded": "false", onclick: press };
    const node = h(`button.drawer-toggle.${side}-toggle`, props, caption);
    this.buttons.set(side, node);
    return node;
  }

  /** Marks the button of the channels where something is unread in one. */
  mark(unread) {
    const news = [...unread.values()].some((each) => each.length > 0);
    this.buttons.get("left").setAttribute("aria-label", news ? "Channels, new messages" : "Channels");
  }

  /** Closes whichever is open. */
  close() {
    this.set("");
  }

  set(side) {
    this.root.dataset.drawer = side;
    for (const [each, button] of this.buttons) button.setAttribute("aria-expanded", each === side);
  }
}
