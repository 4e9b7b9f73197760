/** The right side: what to try with one click, and what can happen to each SIM. */

import { h, put, redraw } from "../dom.js";
import { menuButton } from "../elements/menu.js";

/** Lists the examples; `tryOut(text)` is told of a click, `turn(sim, act)` has something happen. */
export class Examples {
  constructor(tryOut, turn) {
    this.tryOut = tryOut;
    this.turn = turn;
    this.node = h("section.examples", { "aria-label": "Things to try" });
  }

  /** Draws it anew; `turns` is what can happen to a SIM, if anything can. */
  update(groups, turns) {
    redraw(this.node, [groups, turns], () => groups.map((group) => [
      h("h2", {}, group.title), group.note && h("p.note", {}, group.note),
      h("ul", {}, group.examples.map((each) => this.one(each, turns ?? []))),
    ]));
  }

  one({ text, title, sim }, turns) {
    const button = h("button.example", { onclick: () => this.tryOut(text) },
      h("code", {}, text), title && h("span", {}, title));
    return h("li", {}, button, sim && turns.length > 0 && this.fate(sim, turns));
  }

  /** Draws the menu of what can happen to a SIM, and says what did. */
  fate(sim, turns) {
    const done = h("small.happened", { role: "status" });
    const items = turns.map(({ act, title }) => ({ label: title, choose: () => happen(act, title) }));
    const happen = async (act, title) => {
      const { ok, error } = await this.turn(sim, act);
      put(done, ok ? `✓ ${title}` : `That did not work (${error}).`);
    };
    return [menuButton({ label: `Let something happen to ${sim}`, caption: "⋯", items }), done];
  }
}
