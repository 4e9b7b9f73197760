/** The right side: what to try with one click, and the events of each SIM. */

import { h, put, redraw } from "../dom.js";
import { menuButton } from "../elements/menu.js";
import { clockTime, zone } from "../text/dates.js";

/** Lists the examples; `tryOut(text)` is called on a click, `trigger(sim, event)` for an event. */
export class Examples {
  constructor(tryOut, trigger) {
    this.tryOut = tryOut;
    this.trigger = trigger;
    this.node = h("section.examples", { "aria-label": "Things to try" });
  }

  /** Redraws the list; `events` are what can happen to a SIM, if anything can. */
  update(groups, events) {
    redraw(this.node, [groups, events, zone()], () => groups.map((group) => [
      h("h2", {}, group.title), group.note && h("p.note", {}, group.note, toldAt(group)),
      h("ul", {}, group.examples.map((each) => this.one(each, events ?? []))),
    ]));
  }

  one({ text, title, sims = [] }, events) {
    const button = h("button.example", { onclick: () => this.tryOut(text) },
      h("code", {}, text), title && h("span", {}, title));
    const [first, ...others] = events.length ? sims.map((sim, at) => this.eventMenu(sim, events, at)) : [];
    return h("li", {}, button, first, others.length > 0 && h("div.companions", {}, others));
  }

  /** Draws the menu of a SIM's events, and says which one happened; the first needs no name. */
  eventMenu(sim, events, at) {
    const done = h("small.happened", { role: "status" });
    const items = events.map(({ event, title }) => ({ label: title, choose: () => happen(event, title) }));
    const happen = async (event, title) => {
      const { ok, error } = await this.trigger(sim, event);
      put(done, ok ? `✓ ${title}` : `That did not work (${error}).`);
    };
    const label = `Let something happen to ${sim}`;
    return [menuButton({ label, caption: at ? `${sim} ⋯` : "⋯", items }), done];
  }
}

/** Says at which time the stories stand: their past does not move on with the clock. */
function toldAt({ told_at: at }) {
  return at && [" They are told as of ", clockTime(at), ", when the demo started: what was by then stays."];
}
