/** The top: as whom one types. */

import { h, put } from "../dom.js";
import { zone } from "../text/dates.js";
import { avatar } from "./avatar.js";

/** Lets one of the people be chosen; `choose(name)` is told. */
export class People {
  constructor(choose) {
    this.choose = choose;
    this.group = h("div.people", { role: "radiogroup", "aria-label": "You are" });
    this.zone = h("span.zone", {});
    this.node = h("div.you", {}, h("span.label", {}, "You are"), this.group, this.zone);
  }

  /** Draws it anew. */
  update({ user, people }) {
    put(this.group, people.filter((each) => !each.is_bot).map((each) => this.one(each, each.id === user.id)));
    this.zone.textContent = zone().replace("_", " ");
    this.zone.title = "Dates and times are shown in this person's time zone";
  }

  one(person, on) {
    const pick = () => this.choose(person.name);
    const box = h("input", { type: "radio", name: "person", value: person.name, onchange: pick });
    box.checked = on;
    const name = person.real_name;
    const kind = on ? "label.person.on" : "label.person";
    return h(kind, { title: name }, box, avatar(person), h("span", {}, name));
  }
}
