/** The square picture beside a name: initials on a colour, or the app's icon. */

import { h } from "../dom.js";

const COLOURS = 6;
const ICON = new URL("../../icon.svg", import.meta.url).href;

/** Draws an avatar; it says nothing that the name beside it does not. */
export function avatar(person) {
  if (person?.name === "simsessions") {
    return h("img.avatar", { src: ICON, alt: "" });
  }
  const name = person?.real_name ?? "?";
  const initials = name.split(" ").map((word) => word[0]).slice(0, 2).join("");
  const colour = [...name].reduce((sum, char) => sum + char.codePointAt(0), 0) % COLOURS;
  return h("span", { class: `avatar colour-${colour}`, "aria-hidden": "true" }, initials);
}
