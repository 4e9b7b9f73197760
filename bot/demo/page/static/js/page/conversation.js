/** The list of a channel's messages with their threads, kept in step with what changes. */

import { arrange, h, put } from "../dom.js";
import { dayWords } from "../text/dates.js";
import { drawMessage } from "./message.js";
import { channelTitle } from "./names.js";
import { threadBox } from "./thread.js";

const NEAR_BOTTOM = 160;
const MARGIN = 12;

/**
 * Draws and keeps the messages of one channel. It follows what comes while the end is in sight, or
 * once after the person has sent something; else nothing moves, and a button leads to what is new.
 */
export class Conversation {
  constructor(session) {
    this.session = session;
    this.drawn = new Map();
    this.threads = new Map();
    this.unseen = new Set();
    this.list = h("div.messages", {});
    this.list.addEventListener("load", () => this.follows && this.toTheEnd(), true);
    this.more = h("button.new-button", { hidden: true, onclick: () => this.toTheNew() });
    const about = { tabindex: "0", role: "region", "aria-label": "Messages", onscroll: () => this.scrolled() };
    this.node = h("div.conversation", about, this.list, h("div.new-place", {}, this.more));
  }

  /** Draws a channel anew, at its end; `unseen` are the timestamps of what is new in it. */
  show(channel, unseen = []) {
    this.channel = channel;
    this.drawn.clear();
    this.threads.clear();
    this.unseen = new Set(unseen);
    this.node.scrollTop = 0;
    this.follows = true;
    this.update();
  }

  /** Goes to the end now, and to whatever comes next. */
  follow() {
    this.follows = this.awaits = true;
    this.toTheEnd();
  }

  /** Draws what changed; what did not keeps its sorting, its focus and its open menus. */
  update() {
    const messages = this.session.messagesIn(this.channel);
    const focus = focusBelow(this.list);
    const kept = this.placeOfWriter() ?? this.placeOfReader();
    const roots = messages.filter((each) => !each.thread_ts || each.thread_ts === each.ts);
    arrange(this.list, roots.length ? this.withDays(roots, messages) : [this.welcome()]);
    focus?.restore();
    if (this.follows || this.awaits) this.toTheEnd();
    else kept.restore();
    this.look();
  }

  /** Keeps a message in mind until it has been in sight. */
  came({ ts }) {
    this.awaits = false;
    this.unseen.add(ts);
    this.look();
  }

  /** Scrolls to the end, but not past the first line of the last message. */
  toTheEnd() {
    const end = this.node.scrollHeight - this.node.clientHeight;
    const last = [...this.list.querySelectorAll("article")].at(-1) ?? this.list.lastElementChild;
    const top = (last?.offsetTop ?? 0) - MARGIN;
    this.node.scrollTop = Math.min(end, Math.max(top, this.node.scrollTop));
    this.placed = this.node.scrollTop;
    this.follows = this.isNearTheEnd();
  }

  scrolled() {
    if (this.node.scrollTop !== this.placed) this.follows = this.isNearTheEnd();
    if (!this.follows) this.awaits = this.awaits && this.node.scrollTop === this.placed;
    this.look();
  }

  isNearTheEnd() {
    return this.node.scrollHeight - this.node.scrollTop - this.node.clientHeight < NEAR_BOTTOM;
  }

  /** Remembers that somebody writes in a thread, whose box is in sight; null where nobody does. */
  placeOfWriter() {
    const box = document.activeElement?.closest(".reply");
    if (!box || !this.list.contains(box) || !this.isInSight(box)) return null;
    return { restore: () => box.scrollIntoView({ block: "nearest" }) };
  }

  isInSight(node) {
    const [box, room] = [node, this.node].map((each) => each.getBoundingClientRect());
    return box.top < room.bottom - MARGIN && box.bottom > room.top + MARGIN;
  }

  /** Remembers where the first message in sight stands on the screen. */
  placeOfReader() {
    const { top } = this.node.getBoundingClientRect();
    const inSight = [...this.list.querySelectorAll("[data-ts]")].filter((each) => this.isInSight(each));
    const read = inSight.find((each) => each.getBoundingClientRect().top > top - MARGIN) ?? inSight[0];
    const before = read?.getBoundingClientRect().top;
    const restore = () => {
      const now = read && this.messageNode(read.dataset.ts);
      if (now) this.node.scrollTop += now.getBoundingClientRect().top - before;
    };
    return { restore };
  }

  /** Forgets what is in sight, and marks what is not: a button, and each thread's count. */
  look() {
    if (this.node.hidden) return;
    const nodes = [...this.unseen].map((ts) => this.messageNode(ts));
    const waiting = nodes.filter((node) => node && !this.isInSight(node));
    this.unseen = new Set(waiting.map((node) => node.dataset.ts));
    this.more.hidden = !waiting.length;
    const { top } = this.node.getBoundingClientRect();
    put(this.more, waiting[0]?.getBoundingClientRect().top < top ? "New ↑" : "New ↓");
    for (const { node, mark } of this.threads.values()) {
      mark(waiting.filter((each) => node.contains(each)).length);
    }
  }

  toTheNew() {
    const [first] = this.unseen;
    this.messageNode(first)?.scrollIntoView({ block: "nearest" });
    this.node.focus({ preventScroll: true });
  }

  messageNode(ts) {
    return this.list.querySelector(`[data-ts="${CSS.escape(ts)}"]`);
  }

  withDays(roots, messages) {
    let day = "";
    return roots.flatMap((root) => {
      const words = dayWords(root.ts);
      const divider = words === day ? [] : [this.day(words)];
      day = words;
      return [...divider, ...this.entry(root, messages)];
    });
  }

  day(words) {
    if (!this.drawn.has(words)) this.drawn.set(words, h("div.day", {}, h("span", {}, words)));
    return this.drawn.get(words);
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
    const channel = this.session.names.channel(this.channel);
    const title = `This is the very beginning of ${channel ? channelTitle(channel) : ""}`;
    const invited = ["Type ", h("code", {}, "/simsessions"), " and a SIM below, or pick an example."];
    return h("div.welcome", {}, h("h2", {}, title), !channel?.is_archived && h("p", {}, ...invited));
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
