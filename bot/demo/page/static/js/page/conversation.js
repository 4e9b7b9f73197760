/** The list of a channel's messages with their threads, kept in step with what changes. */

import { h, put } from "../dom.js";
import { dayWords } from "../text/dates.js";
import { drawMessage } from "./message.js";
import { threadBox } from "./thread.js";

const NEAR_BOTTOM = 160;
const MARGIN = 12;

/** Draws and keeps the messages of one channel. */
export class Conversation {
  constructor(session) {
    this.session = session;
    this.drawn = new Map();
    this.threads = new Map();
    this.list = h("div.messages", {});
    this.node = h("div.conversation", { tabindex: "0", role: "region", "aria-label": "Messages" }, this.list);
  }

  /** Draws a channel anew, at its end. */
  show(channel) {
    this.channel = channel;
    this.drawn.clear();
    this.threads.clear();
    this.node.scrollTop = 0;
    this.update();
    this.toTheEnd();
  }

  /** Draws what changed; what did not keeps its sorting, its focus and its open menus. */
  update() {
    const messages = this.session.messagesIn(this.channel);
    const near = this.node.scrollHeight - this.node.scrollTop - this.node.clientHeight < NEAR_BOTTOM;
    const focus = focusBelow(this.list);
    const roots = messages.filter((each) => !each.thread_ts || each.thread_ts === each.ts);
    put(this.list, roots.length ? this.withDays(roots, messages) : this.welcome());
    focus?.restore();
    if (near) this.toTheEnd();
  }

  /** Scrolls to the end, but not past the first line of the last message. */
  toTheEnd() {
    const end = this.node.scrollHeight - this.node.clientHeight;
    const last = [...this.list.querySelectorAll("article")].at(-1) ?? this.list.lastElementChild;
    const top = (last?.offsetTop ?? 0) - MARGIN;
    this.node.scrollTop = Math.min(end, Math.max(top, this.node.scrollTop));
  }

  withDays(roots, messages) {
    let day = "";
    return roots.flatMap((root) => {
      const words = dayWords(root.ts);
      const divider = words === day ? [] : [h("div.day", {}, h("span", {}, words))];
      day = words;
      return [...divider, this.entry(root, messages)];
    });
  }

  entry(root, messages) {
    const replies = messages.filter((each) => each.thread_ts === root.ts && each !== root);
    const thread = this.threads.get(root.ts);
    if (thread) thread.update(replies);
    else if (replies.length) return this.entryWith(root, this.openThread(root, replies));
    return this.entryWith(root, thread);
  }

  entryWith(root, thread) {
    const reply = root.ephemeral_to ? undefined : () => this.reply(root);
    const node = this.cached(root, { reply });
    return thread ? [node, thread.node] : [node];
  }

  cached(message, options) {
    const json = JSON.stringify(message);
    const before = this.drawn.get(message.ts);
    if (before?.json === json) return before.node;
    const node = drawMessage(message, this.session, options);
    this.drawn.set(message.ts, { json, node });
    return node;
  }

  openThread(root, replies) {
    const thread = threadBox(root, this.session, (message) => this.cached(message));
    this.threads.set(root.ts, thread);
    thread.update(replies);
    return thread;
  }

  reply(root) {
    if (!this.threads.has(root.ts)) this.openThread(root, []);
    this.update();
    this.threads.get(root.ts).focus();
  }

  welcome() {
    const name = this.session.names.channel(this.channel)?.name ?? "";
    return h("div.welcome", {}, h("h2", {}, `This is the very beginning of ${name}`),
      h("p", {}, "Type ", h("code", {}, "/simsessions"), " and a SIM below, or pick an example."));
  }
}

/** Remembers which element has the focus by its key, as its node may be drawn anew. */
function focusBelow(list) {
  const active = document.activeElement;
  const message = active?.closest?.("[data-ts]");
  if (!message || !list.contains(active)) return null;
  const [ts, key] = [message.dataset.ts, active.dataset.key ?? ""].map((each) => CSS.escape(each));
  const again = () => list.querySelector(`[data-ts="${ts}"] [data-key="${key}"]`);
  return { restore: () => (active.isConnected ? active : again())?.focus({ preventScroll: true }) };
}
