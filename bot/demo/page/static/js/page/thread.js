/** A message's thread: its replies below it, and a box to answer in. */

import { h, put } from "../dom.js";
import { TypingBox } from "./typing.js";

/** Makes a thread; `draw(message)` draws one reply. */
export function threadBox(root, session, draw) {
  const count = h("summary", {});
  const list = h("div.replies", {});
  const note = h("small.error", { role: "alert" });
  const typing = new TypingBox({
    props: { class: "input", placeholder: "Reply…", "aria-label": "Reply in thread" },
    mentionable: () => session.names.mentionable(), onsend: send, ontyped: () => put(note),
  });
  const mention = h("button.icon-button", {
    "aria-label": "Mention simsessions in this thread", title: "Mention @simsessions",
    onclick: () => typing.mention("simsessions"),
  }, "@");
  const node = h("details.thread", { open: true },
    count, list, h("div.reply", {}, mention, typing.node), note);
  return { node, update, focus: () => typing.focus() };

  function update(replies) {
    const shown = replies.filter((each) => !each.ephemeral_to).length;
    count.textContent = { 0: "Thread", 1: "1 reply" }[shown] ?? `${shown} replies`;
    put(list, replies.map(draw));
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
