/** What is said of new messages: aloud to screen readers, and as a notice from other channels. */

import { h } from "../dom.js";
import { mrkdwn } from "../text/mrkdwn.js";
import { authorName } from "./message.js";

const NOTICE_MS = 6000;

/** Announces messages by their `text`, as a phone's notification would. */
export class Notices {
  constructor(session, go) {
    this.session = session;
    this.go = go;
    this.aloud = h("div.unseen", { role: "log", "aria-live": "polite", "aria-relevant": "additions" });
    this.stack = h("div.notices");
    this.node = h("div", {}, this.aloud, this.stack);
  }

  /** Says a new message; `here` where its channel is the one on screen. */
  tell(message, here) {
    const { names } = this.session;
    const author = authorName(names.person(message.user), message);
    const said = inWords(message, names);
    this.aloud.replaceChildren(h("p", {}, `${author}: ${said}`));
    if (!here) this.notice(names.channel(message.channel), author, said);
  }

  /** Takes the notices of a channel away: somebody looks at it. */
  clear(channel) {
    this.stack.querySelectorAll(`[data-channel="${CSS.escape(channel)}"]`).forEach((each) => each.remove());
  }

  notice(channel, author, said) {
    const title = channel.kind === "im" ? `${author} to you` : `${author} in #${channel.name}`;
    const open = () => {
      node.remove();
      this.go(channel);
    };
    const props = { "data-channel": channel.id, onclick: open };
    const node = h("button.notice", props, h("b", {}, title), h("span", {}, said));
    this.stack.append(node);
    setTimeout(() => node.remove(), NOTICE_MS);
  }
}

/** Returns a message as one line without its markup; a file without words is named. */
function inWords(message, names) {
  const files = (message.files ?? []).map((file) => file.title || file.name);
  return mrkdwn(message.text ?? "", names).textContent || files.join(", ");
}
