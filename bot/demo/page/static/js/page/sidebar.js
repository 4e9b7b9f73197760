/** The left side: which channel; bold where something new stands, counted where it is for you. */

import { h, redraw } from "../dom.js";
import { calls, channelSign, channelTitle } from "./names.js";

/** Lists the channels; `choose(channel)` is called on a click. */
export class Sidebar {
  constructor(session, choose) {
    this.session = session;
    this.choose = choose;
    this.node = h("nav.channels", { "aria-label": "Channels" });
  }

  /** Draws it anew. */
  update(current, unread) {
    const { channels } = this.session.state;
    const rooms = channels.filter((each) => each.kind !== "im");
    const direct = channels.filter((each) => each.kind === "im");
    const group = (title, list) => list.length > 0
      && [h("h2", {}, title), h("ul", {}, list.map((each) => this.item(each, current, unread)))];
    const focused = this.node.contains(document.activeElement) && document.activeElement.dataset.channel;
    redraw(this.node, [channels, current, [...unread], this.session.state.user.id],
      () => [group("Channels", rooms), group("Apps", direct)]);
    if (focused) this.node.querySelector(`[data-channel="${CSS.escape(focused)}"]`)?.focus();
  }

  item(channel, current, unread) {
    const news = unread.get(channel.id) ?? [];
    const me = this.session.state.user.id;
    const count = news.filter((each) => channel.kind === "im" || calls(each, me)).length;
    const selected = channel.id === current;
    const props = {
      class: news.length ? "channel unread" : "channel", "data-channel": channel.name,
      "aria-current": selected ? "page" : undefined, onclick: () => this.choose(channel),
    };
    const badge = count > 0 ? h("span.count", { "aria-label": `${count} for you` }, String(count))
      : news.length > 0 && h("span.dot", { role: "img", "aria-label": "new messages" });
    const kind = channel.is_archived ? "archived" : channel.is_shared && "shared";
    const sign = h("span", { class: `sign-${channel.kind}`, "aria-hidden": "true" }, channelSign(channel));
    return h("li", {}, h("button", props, sign, h("span.name", {}, channelTitle(channel)),
      kind && h("small.kind", {}, kind), badge));
  }
}
