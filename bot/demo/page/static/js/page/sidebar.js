/** The left side: which channel, and in which of them something new stands. */

import { h, redraw } from "../dom.js";
import { channelSign, channelTitle } from "./names.js";

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
    redraw(this.node, [channels, current, [...unread]],
      () => [group("Channels", rooms), group("Apps", direct)]);
    if (focused) this.node.querySelector(`[data-channel="${CSS.escape(focused)}"]`)?.focus();
  }

  item(channel, current, unread) {
    const count = unread.get(channel.id) ?? 0;
    const selected = channel.id === current;
    const props = {
      class: count ? "channel unread" : "channel", "data-channel": channel.name,
      "aria-current": selected ? "page" : undefined, onclick: () => this.choose(channel),
    };
    const badge = count > 0 && h("span.count", { "aria-label": `${count} new` }, String(count));
    const sign = h("span", { class: `sign-${channel.kind}`, "aria-hidden": "true" }, channelSign(channel));
    return h("li", {}, h("button", props, sign, h("span.name", {}, channelTitle(channel)), badge));
  }
}
