/** Behind the scenes: the bot's processes, KORE's moods, Slack's post, and an alert. */

import { h, redraw } from "../dom.js";

/** Lets the world be changed: `perform(what, body)` does it, `alert()` raises an alert here. */
export class Stage {
  constructor(perform, alert) {
    this.perform = perform;
    this.alert = alert;
    this.bots = h("section.bots", { "aria-label": "The bot", hidden: true });
    this.kore = h("section.kore", { "aria-label": "KORE's side", hidden: true });
    this.post = h("details.post", { "aria-label": "Slack's post", hidden: true });
    const raise = h("button.button", { onclick: () => this.alert() }, "Raise an alert");
    this.others = h("section.others", { "aria-label": "Another app" },
      h("p.note", {}, "Let another app name five SIMs here."), raise);
    this.node = h("div.stage", {}, this.bots, this.others, this.kore, this.post);
  }

  /** Draws it anew; of a side that is not there nothing. */
  update({ kore, post, bots }) {
    this.updateBots(bots);
    const about = "Make the stand-in for KORE's API misbehave, and ask again.";
    this.choices(this.kore, { title: "KORE's side", about, now: kore?.mood, ways: kore?.moods },
      (mood) => this.perform("kore", { mood }));
    const events = "How Slack delivers mentions and messages to the bot.";
    this.choices(this.post, { title: "Slack's post", about: events, now: post?.post, ways: post?.ways },
      (way) => this.perform("post", { post: way }));
  }

  /** Shows which of the bot's processes live. */
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
    const act = async ({ currentTarget: pressed }) => {
      pressed.disabled = true;
      await this.perform("bot", { number, to });
      pressed.disabled = false;
    };
    const about = { class: running ? "button" : "button primary", onclick: act };
    const label = `${running ? "Kill" : "Start"} bot ${number}`;
    return h("li.bot", {}, h("span", { class: running ? "lamp" : "lamp off", "aria-hidden": "true" }),
      h("span", { role: "status" }, `Bot ${number}: ${said}`),
      h("button", { ...about, "aria-label": label }, running ? "Kill -9" : "Start"));
  }

  choices(node, { title, about, now, ways }, choose) {
    node.hidden = !ways;
    if (!ways) return;
    const one = ({ name, title: said }) => h("label", { class: `mood ${name}` },
      h("input", { type: "radio", name: title, value: name, onchange: () => choose(name) }),
      h("span.lamp", { "aria-hidden": "true" }), said);
    const head = node.matches("details") ? h("summary", {}, h("h2", {}, title)) : h("h2", {}, title);
    redraw(node, ways, () => [head, h("p.note", {}, about),
      h("div.moods", { role: "radiogroup", "aria-label": title }, ways.map(one))]);
    for (const box of node.querySelectorAll("input")) box.checked = box.value === now;
  }
}
