/** The blocks that hold others: container, card and carousel. */

import { h } from "../dom.js";
import { picture } from "../picture.js";
import { richText } from "../text/rich_text.js";
import { textObject } from "../text/text_object.js";
import { actions } from "./interactive.js";

/** Makes the drawer of containers, which draw their children with `drawAll`. */
export function containerWith(drawAll) {
  return (block, place) => {
    const inner = h("div.container-body", {}, drawAll(block.child_blocks, place.surface));
    const width = `container ${block.width ?? "standard"}`;
    const divided = block.has_header_divider ? " divided" : "";
    if (!block.is_collapsible) return h("section", { class: width + divided }, head(block, place), inner);
    const folded = h("summary", {}, head(block, place));
    return h("details", { class: width, open: !block.default_collapsed }, folded, inner);
  };
}

/** Draws a card: picture, title, body and buttons. */
export function card(block, place) {
  const { names, surface } = place;
  return h("div.card", {},
    block.hero_image && picture(block.hero_image, surface, "hero"),
    h("div.card-head", {}, block.icon && picture(block.icon, surface, "tiny"),
      h("div", {}, h("b", {}, textObject(block.title, names)),
        block.subtitle && h("div.subtitle", {}, textObject(block.subtitle, names)))),
    block.body && h("div.card-body", {}, textObject(block.body, names)),
    block.actions?.length && actions({ elements: block.actions }, place));
}

/** Draws cards side by side. */
export function carousel(block, place) {
  const cards = block.elements ?? block.cards;
  return h("div.carousel", { tabindex: "0" }, cards.map((each) => card(each, place)));
}

function head(block, place) {
  const title = block.rich_text_title
    ? richText(block.rich_text_title, place.names) : textObject(block.title, place.names);
  return h("div.container-head", {}, block.icon && picture(block.icon, place.surface, "tiny"),
    h("div", {}, h("b", {}, title),
      block.subtitle && h("div.subtitle", {}, textObject(block.subtitle, place.names))));
}
