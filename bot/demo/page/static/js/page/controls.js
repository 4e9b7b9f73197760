/** The controls: the bot's processes, how KORE's API answers, how Slack delivers, an alert. */

import { h, redraw } from "../dom.js";

/** Draws them; `perform(action, body)` changes something, `alert()` raises an alert here. */
export class Controls {
  constructor(perform, alert) {
    this.perform = perform;
    this.alert = alert;
    this.bots = h("section.bots", { "aria-label": "The bot", hidden: true });
    this.kore = h("section.kore", { "aria-label": "KORE's API", hidden: true });
    this.partner = h("details.partner", { "aria-label": "The partner's KORE", hidden: true });
    this.delivery = h("details.delivery", { "aria-label": "Slack's delivery", hidden: true });
    const raise = h("button.button", { onclick: () => this.alert() }, "Raise an alert");
    this.others = h("section.others", { "aria-label": "Another app" },
      h("p.note", {}, "Let another app name five SIMs here."), raise);
    this.node = h("div.controls", {}, this.bots, this.others, this.kore, this.partner, this.delivery);
  }

  /** Redraws all; a control that is not offered is hidden. */
  update({ kore, partner, delivery, bots }) {
    this.updateBots(bots);
    const about = "Make the stand-in for KORE's API misbehave, and ask again.";
    this.modes(this.kore, { title: "KORE's API", about, ...kore }, (mode) => this.perform("kore", { mode }));
    this.modes(this.partner, { title: "The partner's KORE", about, ...partner },
      (mode) => this.perform("partner", { mode }));
    const events = "How Slack delivers mentions and messages to the bot.";
    this.modes(this.delivery, { title: "Slack's delivery", about: events, ...delivery },
      (mode) => this.perform("delivery", { mode }));
  }

  /** Shows which of the bot's processes run. */
  updateBots(bots) {
    this.bots.hidden = !bots;
    redraw(this.bots, bots, () => bots && [
      h("h2", {}, bots.length > 1 ? "The bots" : "The bot"),
      h("ul", {}, bots.map((each) => this.bot(each))),
    ]);
  }

  bot({ number, pid, running }) {
    const to = running ? "kill" : "start";
    const said = running ? `running, pid ${pid}` : "not running";
    const press = async ({ currentTarget: button }) => {
      button.disabled = true;
      await this.perform("bot", { number, to });
      button.disabled = false;
    };
    const about = { class: running ? "button" : "button primary", onclick: press };
    const label = `${running ? "Kill" : "Start"} bot ${number}`;
    return h("li.bot", {}, h("span", { class: running ? "lamp" : "lamp off", "aria-hidden": "true" }),
      h("span", { role: "status" }, `Bot ${number}: ${said}`),
      h("button", { ...about, "aria-label": label }, running ? "Kill -9" : "Start"));
  }

  modes(node, { title, about, mode, modes }, choose) {
    node.hidden = !modes;
    if (!modes) return;
    const one = ({ name, title: said }) => h("label", { class: `mode ${name}` },
      h("input", { type: "radio", name: title, value: name, onchange: () => choose(name) }),
      h("span.lamp", { "aria-hidden": "true" }), said);
    const head = node.matches("details") ? h("summary", {}, h("h2", {}, title)) : h("h2", {}, title);
    redraw(node, modes, () => [head, h("p.note", {}, about),
      h("div.modes", { role: "radiogroup", "aria-label": title }, modes.map(one))]);
    for (const box of node.querySelectorAll("input")) box.checked = box.value === mode;
  }
}
