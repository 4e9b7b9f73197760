/** The top: as whom one types. */

import { h, redraw } from "../dom.js";
import { zone } from "../text/dates.js";
import { avatar } from "./avatar.js";
import { standing } from "./names.js";

/** Lets one of the people be chosen; `choose(name)` is called. */
export class People {
  constructor(choose) {
    this.choose = choose;
    this.group = h("div.people", { role: "radiogroup", "aria-label": "You are" });
    this.zone = h("span.zone");
    this.node = h("div.you", {}, h("span.label", {}, "You are"), this.group, this.zone);
  }

  /** Draws it anew. */
  update({ user, people }) {
    const humans = people.filter((each) => !each.is_bot);
    redraw(this.group, humans, () => humans.map((each) => this.one(each)));
    for (const box of this.group.querySelectorAll("input")) box.checked = box.value === user.name;
    this.zone.textContent = zone().replace("_", " ");
    this.zone.title = "Dates and times are shown in this person's time zone";
  }

  one(person) {
    const pick = () => this.choose(person.name);
    const [name, kind] = [person.real_name, standing(person)];
    const whole = kind ? `${name}, ${kind}` : name;
    const props = { type: "radio", name: "person", value: person.name, "aria-label": whole };
    const box = h("input", { ...props, onchange: pick });
    const mark = kind && h("span.mark", { "aria-hidden": "true" }, kind[0].toUpperCase());
    return h("label.person", { title: whole }, box, h("span.face", {}, avatar(person), mark),
      h("span.who", {}, name, kind && h("small", {}, kind)));
  }
}
