/** A message's thread: its replies below it, and a box to answer in. */

import { arrange, h, put } from "../dom.js";
import { TypingBox } from "./typing.js";

/** Makes a thread; `draw(message)` draws one reply. */
export function threadBox(root, session, draw) {
  const count = h("summary", {});
  const fresh = h("span.fresh", {});
  const list = h("div.replies", {});
  const note = h("small.error", { role: "alert" });
  const typing = new TypingBox({
    props: { class: "input", placeholder: "Reply…", "aria-label": "Reply in thread" },
    mentionable: () => session.names.mentionable(root.channel), onsend: send, ontyped: () => put(note),
  });
  const mention = h("button.icon-button", {
    "aria-label": "Mention simsessions in this thread", title: "Mention @simsessions",
    onclick: () => typing.mention("simsessions"),
  }, "@");
  const node = h("details.thread", { open: true },
    count, list, h("div.reply", {}, mention, typing.node), note);
  return { node, update, mark, focus: () => typing.focus() };

  function update(replies) {
    const shown = replies.filter((each) => !each.ephemeral_to).length;
    put(count, { 0: "Thread", 1: "1 reply" }[shown] ?? `${shown} replies`, fresh);
    arrange(list, replies.map(draw));
  }

  /** Says how many of the replies have not been seen. */
  function mark(unseen) {
    put(fresh, unseen > 0 && `${unseen} new`);
  }

  async function send(text) {
    const slash = text.startsWith("/");
    put(note, slash && `${text.split(" ")[0]} is not supported in threads. Sorry!`);
    const said = { channel: root.channel, text, thread_ts: root.ts };
    const { ok, error } = slash ? { ok: false } : await session.perform("say", said);
    if (ok) return;
    typing.box.value = text;
    if (!slash) put(note, error);
  }
}
