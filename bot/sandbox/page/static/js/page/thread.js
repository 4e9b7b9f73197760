/** A message's thread: its replies below it, and a line to answer in. */

import { h, put } from "../dom.js";

/** Makes a thread; `draw(message)` draws one reply. */
export function threadBox(root, session, draw) {
  const count = h("summary", {});
  const list = h("div.replies", {});
  const note = h("small.error", { role: "alert" });
  const line = h("input", {
    type: "text", class: "input", placeholder: "Reply…", "aria-label": "Reply in thread", onkeydown: send,
  });
  const node = h("details.thread", { open: true }, count, list, h("div.reply", {}, line, note));
  return { node, update, focus: () => line.focus() };

  function update(replies) {
    count.textContent = replies.length === 1 ? "1 reply" : `${replies.length} replies`;
    put(list, replies.map(draw));
  }

  async function send(event) {
    const text = line.value.trim();
    if (event.key !== "Enter" || event.isComposing || !text) return;
    const slash = text.startsWith("/");
    put(note, slash && `${text.split(" ")[0]} is not supported in threads. Sorry!`);
    if (slash) return;
    const { ok, error } = await session.perform("say", { channel: root.channel, text, thread_ts: root.ts });
    if (ok) line.value = "";
    else put(note, error);
  }
}
