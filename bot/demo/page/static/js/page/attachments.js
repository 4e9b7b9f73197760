/** What hangs below a message: previews of links, and the attachments of other apps. */

import { drawBlocks } from "../blocks/index.js";
import { h } from "../dom.js";
import { linkNode } from "../text/entities.js";
import { mrkdwn } from "../text/mrkdwn.js";
import { files } from "./files.js";

const COLOURS = /^#?[0-9a-f]{6}$/i;
const NAMED = { good: "2eb886", warning: "daa038", danger: "a30200" };

/** Draws one attachment on a surface; its colour stands at its side. */
export function drawAttachment(attachment, surface) {
  const { names } = surface;
  const node = h("div.attachment", { "data-url": attachment.from_url },
    attachment.pretext && h("p", {}, mrkdwn(attachment.pretext, names)),
    h("div.attachment-body", {}, inside(attachment, surface)));
  const colour = NAMED[attachment.color] ?? attachment.color;
  if (COLOURS.test(colour ?? "")) node.style.setProperty("--bar", `#${colour.replace("#", "")}`);
  return node;
}

function inside(attachment, surface) {
  if (attachment.is_share) return forwarded(attachment, surface);
  if (attachment.blocks?.length) return h("div.blocks", {}, drawBlocks(attachment.blocks, surface));
  const { title, title_link: link, text, fields = [], footer } = attachment;
  return [
    title && h("b", {}, link ? linkNode(link, title) : title),
    text && h("p", {}, mrkdwn(text, surface.names)),
    fields.length > 0 && h("div.fields", {}, fields.map((field) => one(field, surface))),
    footer && h("small", {}, footer),
  ];
}

/** Draws a forwarded message: who wrote it, what, and what hung below it. */
function forwarded({ author_name: author, text, message_blocks: held = [], footer, ...below }, surface) {
  const blocks = held.flatMap(({ message }) => message.blocks ?? []);
  return [
    h("b", {}, author),
    blocks.length > 0 ? h("div.blocks", {}, drawBlocks(blocks.filter(says), surface))
      : text && h("p", {}, mrkdwn(text, surface.names)),
    (below.attachments ?? []).map((each) => drawAttachment(each, surface)), files(below, surface),
    footer && h("small", {}, footer),
  ];
}

/** Returns whether a block does anything but be pressed: a forwarded message's buttons do nothing. */
function says({ type }) {
  return type !== "actions";
}

function one({ title, value, short }, { names }) {
  return h("div", { class: short ? "field" : "field wide" }, h("b", {}, title), h("br"), mrkdwn(value, names));
}
