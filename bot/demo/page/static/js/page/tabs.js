/** The tabs of the app's own place: Home and Messages. */

import { h } from "../dom.js";

const TABS = { home: "Home", messages: "Messages" };

/** Lets one of the tabs be chosen; `choose(tab)` is called, with null where there are none. */
export class Tabs {
  constructor(choose) {
    this.choose = choose;
    this.node = h("div.tabs", { role: "tablist", "aria-label": "The app", hidden: true },
      Object.entries(TABS).map(([tab, title]) => h("button.tab", {
        role: "tab", "data-tab": tab, onclick: () => this.show(tab),
      }, title)));
  }

  /** Says how many messages nobody has looked at. */
  mark(unseen) {
    const tab = this.node.lastElementChild;
    tab.textContent = unseen ? `${TABS.messages} (${unseen})` : TABS.messages;
  }

  /** Turns to a tab, messages unless named; null hides them all. */
  show(tab) {
    const chosen = tab && tab in TABS ? tab : "messages";
    this.node.hidden = tab === null;
    for (const each of this.node.children) {
      each.setAttribute("aria-selected", String(each.dataset.tab === chosen));
    }
    this.choose(tab === null ? null : chosen);
  }
}
