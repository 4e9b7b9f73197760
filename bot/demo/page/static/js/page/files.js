/** The files of a message: pictures are shown, others are offered. */

import { h } from "../dom.js";

/** Draws the files of a message. */
export function files(message, surface) {
  return (message.files ?? []).map((file) => one(file, surface.fileUrl({ id: file.id })));
}

function one(file, url) {
  const name = file.title || file.name || "file";
  if (!file.mimetype?.startsWith("image/")) return download(name, file, url);
  const alt = file.alt_txt || file.alt_text || name;
  return h("figure.image", {}, h("figcaption", {}, name),
    h("a", { href: url, target: "_blank", rel: "noopener" }, h("img.large", { src: url, alt })));
}

function download(name, file, url) {
  const size = file.size === undefined ? "" : ` · ${new Intl.NumberFormat().format(file.size)} bytes`;
  return h("a.file", { href: url, download: file.name ?? name },
    h("span.file-icon", { "aria-hidden": "true" }, (file.filetype ?? "file").slice(0, 4)),
    h("span", {}, h("b", {}, name), h("small", {}, `${file.name ?? ""}${size}`)));
}
