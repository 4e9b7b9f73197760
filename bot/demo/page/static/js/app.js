/** Puts the page together: who, where, what is said, and what to try. */

import { h } from "./dom.js";
import { Composer } from "./page/composer.js";
import { Controls } from "./page/controls.js";
import { Conversation } from "./page/conversation.js";
import { Drawers } from "./page/drawers.js";
import { Examples } from "./page/examples.js";
import { Home } from "./page/home.js";
import { Modal } from "./page/modal.js";
import { channelLabel } from "./page/names.js";
import { Notices } from "./page/notices.js";
import { People } from "./page/people.js";
import { Session } from "./page/session.js";
import { Sidebar } from "./page/sidebar.js";
import { Tabs } from "./page/tabs.js";
import { refreshDates } from "./text/dates.js";

const AGO_MS = 20_000;

class App {
  constructor(root) {
    this.unread = new Map();
    this.address = new URLSearchParams(location.search);
    this.session = new Session({
      loaded: () => this.loaded(),
      message: (message, isNew) => this.message(message, isNew),
      view: (view) => this.modal.show(view),
      errors: (errors) => this.modal.fail(errors),
      home: (view) => this.home.show(view),
      bots: (bots) => this.controls.updateBots(bots),
      previews: (attachments) => this.composer.preview(attachments),
      online: (yes) => root.classList.toggle("offline", !yes),
    });
    this.people = new People((name) => this.become(name));
    this.sidebar = new Sidebar(this.session, (channel) => this.enter(channel));
    this.conversation = new Conversation(this.session);
    this.composer = new Composer(this.session);
    this.modal = new Modal(this.session);
    this.notices = new Notices(this.session, (channel) => this.enter(channel));
    const perform = (action, body) => this.session.perform(action, body);
    this.home = new Home(this.session);
    this.tabs = new Tabs((tab) => this.turnTo(tab));
    this.examples = new Examples((text) => this.tryOut(text), (sim, event) => perform("event", { sim, event }));
    this.controls = new Controls(perform, () => perform("alert", { channel: this.channel.id }));
    this.drawers = new Drawers(root);
    this.build(root);
    setInterval(() => refreshDates(root), AGO_MS);
  }

  build(root) {
    const { drawers } = this;
    this.place = h("h1");
    this.team = h("b");
    const lost = h("p.lost", { role: "status" }, "The sandbox does not answer. Trying again…");
    root.append(
      h("header.top", {}, drawers.button("left", "Channels", "☰"),
        h("div.workspace", {}, this.team, h("span", {}, "local sandbox")),
        this.people.node, drawers.button("right", "Things to try", "Try")),
      h("aside.left", {}, this.sidebar.node),
      h("main", {}, h("div.place", {}, this.place, this.tabs.node), lost,
        this.home.node, this.conversation.node, this.composer.node),
      h("aside.right", {}, this.controls.node, this.examples.node),
      drawers.shade, this.notices.node);
  }

  start() {
    this.session.become(this.address.get("as") ?? "");
  }

  become(name) {
    this.unread.clear();
    this.remember({ as: name });
    this.session.become(name);
  }

  loaded() {
    const { state } = this.session;
    document.title = `${state.team} · simsessions sandbox`;
    this.team.textContent = state.team;
    this.people.update(state);
    this.examples.update(state.examples, state.events);
    this.controls.update(state);
    const channel = this.wanted(state.channels);
    if (this.viewer === state.user.id && this.channel?.id === channel.id) this.refresh();
    else this.enter(channel);
  }

  /** Finds the channel of the address; somebody's own messages with the app stand in for another's. */
  wanted(channels) {
    const name = this.address.get("in");
    return channels.find((each) => each.name === name) ?? channels[0];
  }

  enter(channel) {
    this.channel = channel;
    this.viewer = this.session.state.user.id;
    this.unread.delete(channel.id);
    this.notices.clear(channel.id);
    this.remember({ as: this.session.state.user.name, in: channel.name });
    this.place.replaceChildren(channelLabel(channel));
    this.sidebar.update(channel.id, this.unread);
    this.conversation.show(channel.id);
    this.composer.aim(channel);
    this.tabs.show(channel.kind === "im" ? (this.address.get("tab") ?? "messages") : null);
    this.drawers.close();
    document.body.dataset.ready = "yes";
  }

  /** Catches up without losing what the reader has sorted, unfolded or typed. */
  refresh() {
    this.sidebar.update(this.channel.id, this.unread);
    this.conversation.update();
  }

  message(message, isNew) {
    const here = message.channel === this.channel?.id;
    if (here) this.conversation.update();
    if (!isNew || message.user === this.session.state.user.id) return;
    if (!here) this.unread.set(message.channel, (this.unread.get(message.channel) ?? 0) + 1);
    this.sidebar.update(this.channel.id, this.unread);
    this.notices.tell(message, here);
  }

  /** Turns to Home or Messages of the app's own place; other places have messages alone. */
  turnTo(tab) {
    const home = tab === "home";
    this.conversation.node.hidden = this.composer.node.hidden = home;
    if (home) this.home.open();
    else this.home.close();
    this.remember({ tab: home ? "home" : "" });
  }

  tryOut(text) {
    this.tabs.show(this.channel.kind === "im" ? "messages" : null);
    this.drawers.close();
    this.composer.send(text);
  }

  remember(values) {
    for (const [name, value] of Object.entries(values)) {
      if (value) this.address.set(name, value);
      else this.address.delete(name);
    }
    history.replaceState(null, "", `?${this.address}`);
  }
}

new App(document.getElementById("app")).start();
