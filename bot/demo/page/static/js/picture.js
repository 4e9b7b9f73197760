/** Pictures: the workspace's own files are shown; those of other hosts are named, never fetched. */

import { h } from "./dom.js";
import { linkNode } from "./text/entities.js";

/** Draws an image element or block. */
export function picture(image, surface, size) {
  const alt = image.alt_text ?? "";
  const source = sourceOf(image, surface);
  if (!source) return elsewhere(image.image_url ?? "", alt, size);
  return h("img", { class: size, src: source, alt, title: alt, loading: "lazy" });
}

function sourceOf(image, surface) {
  if (image.slack_file) return surface.fileUrl(image.slack_file);
  const url = new URL(image.image_url, location.href);
  const ours = url.origin === location.origin || url.protocol === "data:";
  return ours ? url.href : undefined;
}

function elsewhere(url, alt, size) {
  if (size === "thumb") return h("span.thumb.elsewhere", { role: "img", "aria-label": alt, title: alt });
  return h("p.elsewhere", {}, `Picture on another host: ${alt} `, linkNode(url, "open"));
}
