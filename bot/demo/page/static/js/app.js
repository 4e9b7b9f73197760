/** Puts the page together: who, where, what is said, and what to try. */

import { h } from "./dom.js";
import { Composer } from "./page/composer.js";
import { Controls } from "./page/controls.js";
import { Conversation } from "./page/conversation.js";
import { Drawers } from "./page/drawers.js";
import { Examples } from "./page/examples.js";
import { Home } from "./page/home.js";
import { Modal } from "./page/modal.js";
import { channelLabel, channelNotes } from "./page/names.js";
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
    this.composer = new Composer(this.session, () => this.conversation.follow());
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
    this.about = h("p.about-place");
    this.team = h("b");
    const skip = h("a.skip", { href: "#composer", onclick: (event) => this.skip(event) },
      "Skip to the message box");
    const lost = h("p.lost", { role: "status" }, "The sandbox does not answer. Trying again…");
    const inRight = [this.controls.node, this.examples.node];
    this.right = h("aside.right", { "aria-label": "Sandbox" }, inRight);
    root.append(skip,
      h("header.top", {}, drawers.button("left", "Channels", "☰"),
        h("div.workspace", {}, this.team, h("span", {}, "local sandbox")),
        this.people.node, drawers.button("right", "Things to try", "Try")),
      h("aside.left", {}, this.sidebar.node),
      h("main", {}, h("div.place", {}, this.place, this.about, this.tabs.node), lost,
        this.home.node, this.conversation.node, this.composer.node),
      this.right, drawers.shade, this.notices.node);
    document.addEventListener("keydown", (event) => event.key === "F6" && this.turnFocus(event));
    root.addEventListener("click", (event) => this.followLink(event));
  }

  /** Goes to the channel of a message's own address, which leads nowhere outside of this page. */
  followLink(event) {
    const url = event.target.closest?.("a")?.href ?? "";
    const id = /\.slack\.com\/archives\/(\w+)\/p/.exec(url)?.[1];
    if (!id || !this.session.names.channel(id)) return;
    event.preventDefault();
    this.enter(this.session.names.channel(id));
  }

  skip(event) {
    event.preventDefault();
    this.tabs.show(this.channel.kind === "im" ? "messages" : null);
    this.composer.focus();
  }

  /** Moves the focus to the next section, or back with Shift; first to the message box. */
  turnFocus(event) {
    event.preventDefault();
    const { composer, people, sidebar, home, conversation } = this;
    const parts = [composer.node, this.right, people.node, sidebar.node, home.node, conversation.node];
    const sections = parts.filter((node) => firstOf(node));
    const at = sections.findIndex((node) => node.contains(document.activeElement));
    const step = event.shiftKey ? -1 : 1;
    const next = at < 0 ? 0 : (at + step + sections.length) % sections.length;
    firstOf(sections[next]).focus();
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
    if (this.viewer === state.user.id && this.channel?.id === channel.id) this.refresh(channel);
    else this.enter(channel);
  }

  /** Finds the channel of the address; somebody's own messages with the app stand in for another's. */
  wanted(channels) {
    const name = this.address.get("in");
    return channels.find((each) => each.name === name) ?? channels[0];
  }

  enter(channel) {
    this.viewer = this.session.state.user.id;
    const news = this.unread.get(channel.id) ?? [];
    this.remember({ as: this.session.state.user.name, in: channel.name });
    this.describe(channel);
    this.conversation.show(channel.id, news.map(({ ts }) => ts));
    this.composer.aim(channel);
    this.tabs.show(channel.kind === "im" ? (this.address.get("tab") ?? "messages") : null);
    this.drawers.close();
    document.body.dataset.ready = "yes";
  }

  /** Catches up without losing what the reader has sorted, unfolded or typed. */
  refresh(channel) {
    this.describe(channel);
    this.sidebar.update(channel.id, this.unread);
    this.drawers.mark(this.unread);
    this.conversation.update();
  }

  describe(channel) {
    this.channel = channel;
    this.place.replaceChildren(channelLabel(channel));
    const notes = channel.kind === "im" ? [] : channelNotes(channel, this.session.state);
    this.about.replaceChildren(notes.join(" · "));
  }

  message(message, isNew) {
    const here = message.channel === this.channel?.id;
    if (here) this.conversation.update();
    if (!isNew || message.user === this.session.state.user.id) return;
    if (here) this.conversation.came(message);
    const isShown = here && !this.conversation.node.hidden;
    const unread = this.unread.get(message.channel) ?? [];
    if (!isShown) this.unread.set(message.channel, [...unread, message]);
    this.countUnread();
    this.notices.tell(message, isShown);
  }

  countUnread() {
    this.sidebar.update(this.channel.id, this.unread);
    this.drawers.mark(this.unread);
    this.tabs.mark(this.unread.get(this.channel.id)?.length);
  }

  /** Turns to Home or Messages of the app's own place; other places have messages alone. */
  turnTo(tab) {
    const home = tab === "home";
    this.conversation.node.hidden = this.composer.node.hidden = home;
    if (home) this.home.open();
    else this.read();
    this.remember({ tab: home ? "home" : "" });
  }

  /** Has the channel's messages in sight: nothing in it is unread any more. */
  read() {
    this.home.close();
    this.unread.delete(this.channel.id);
    this.notices.clear(this.channel.id);
    this.countUnread();
    this.conversation.look();
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

/** Returns what F6 goes to in a section: what is chosen in it, or what can be reached first. */
function firstOf(node) {
  const isThere = (each) => !each.disabled && each.checkVisibility({ visibilityProperty: true });
  const within = (rule) => [...node.querySelectorAll(rule)].find(isThere);
  return (node.tabIndex === 0 && isThere(node) && node) || within("textarea, :checked, [aria-current]")
    || within("button, a[href], input, select");
}

new App(document.getElementById("app")).start();
