/** Forwards a message: where to, and what is said about it. */

import { openDialog } from "../dialog.js";
import { h } from "../dom.js";
import { channelMention } from "./names.js";
import { TypingBox } from "./typing.js";

/** Asks where a message goes and with which note; `fail(error)` is called where it did not go. */
export function forward(message, session, fail) {
  const places = session.names.places().map((each) => [channelMention(each), { channel: each.id }]);
  const thread = { channel: message.channel, thread_ts: message.thread_ts ?? message.ts };
  const targets = [...places, ["Its own thread", thread]];
  const here = places.findIndex(([, { channel }]) => channel === message.channel);
  const where = h("select.select", { "aria-label": "Forward to" },
    targets.map(([title], at) => h("option", { value: at, selected: at === here }, title)));
  const note = new TypingBox({
    props: { class: "input", placeholder: "Add a message, if you like", "aria-label": "Message with it" },
    mentionable: () => session.names.mentionable(targets[where.value][1].channel), onsend: send,
  });
  const mention = h("button.icon-button", {
    "aria-label": "Mention simsessions in it", title: "Mention @simsessions",
    onclick: () => note.mention("simsessions"),
  }, "@");
  const dialog = openDialog({
    kind: "confirm", title: "Forward this message",
    body: [where, h("div.note", {}, mention, note.node)],
    foot: h("button.button.primary", { onclick: () => send(note.value) }, "Forward"),
  });

  async function send(text) {
    dialog.close();
    const target = targets[where.value][1];
    const { ok, error } = await session.perform("forward", { ts: message.ts, text, ...target });
    if (!ok) fail(error);
  }
}
