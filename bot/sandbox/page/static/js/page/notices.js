/** What is said of new messages: aloud to screen readers, and as a notice from other channels. */

import { h } from "../dom.js";
import { authorName } from "./message.js";
import { channelSign, channelTitle } from "./names.js";

const NOTICE_MS = 6000;

/** Announces messages by their `text`, as a phone's notification would. */
export class Notices {
  constructor(session, go) {
    this.session = session;
    this.go = go;
    this.aloud = h("div.unseen", { role: "log", "aria-live": "polite", "aria-relevant": "additions" });
    this.stack = h("div.notices", {});
    this.node = h("div", {}, this.aloud, this.stack);
  }

  /** Says a new message; `here` where its channel is the one on screen. */
  tell(message, here) {
    const author = authorName(this.session.names.person(message.user));
    this.aloud.replaceChildren(h("p", {}, `${author}: ${message.text}`));
    if (!here) this.notice(message, author);
  }

  notice(message, author) {
    const channel = this.session.names.channel(message.channel);
    const where = `${channelSign(channel)} ${channelTitle(channel)}`;
    const open = () => {
      node.remove();
      this.go(channel);
    };
    const node = h("button.notice", { onclick: open },
      h("b", {}, `${author} in ${where}`), h("span", {}, message.text));
    this.stack.append(node);
    setTimeout(() => node.remove(), NOTICE_MS);
  }
}
