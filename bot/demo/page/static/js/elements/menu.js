/** A small menu below a button, for the overflow element and the page's own. */

import { h, put } from "../dom.js";

const MOVES = { ArrowDown: 1, ArrowUp: -1 };

/** Makes a button that opens a menu; items are {label, choose} or {label, href}. */
export function menuButton({ label, caption, key, items, align = "end" }) {
  const toggle = () => (wrap.classList.contains("open") ? close() : open());
  const props = { class: "button overflow", "data-key": key };
  const opener = h("button", {
    ...props, "aria-label": label, "aria-haspopup": "menu", "aria-expanded": "false", onclick: toggle,
  }, caption);
  const menu = h("div", { class: `menu ${align}`, role: "menu", "aria-label": label });
  const wrap = h("span.menu-wrap", { onkeydown: keys, onfocusout: leave }, opener, menu);
  return wrap;

  function open() {
    put(menu, items.map((item) => menuItem(item, close)));
    wrap.classList.add("open");
    opener.setAttribute("aria-expanded", "true");
    menu.scrollIntoView({ block: "nearest" });
    menu.firstElementChild?.focus();
  }

  function close() {
    wrap.classList.remove("open");
    opener.setAttribute("aria-expanded", "false");
  }

  function leave(event) {
    if (!wrap.contains(event.relatedTarget)) close();
  }

  function keys(event) {
    if (event.key === "Escape" && wrap.classList.contains("open")) {
      event.stopPropagation();
      close();
      opener.focus();
    } else if (event.key in MOVES) {
      event.preventDefault();
      step(menu, MOVES[event.key]);
    }
  }
}

function menuItem({ label, href, choose, description }, close) {
  const props = { role: "menuitem", tabindex: "-1", class: "menu-item" };
  const content = [label, description && h("small", {}, description)];
  const pick = () => {
    close();
    choose?.();
  };
  if (!href) return h("button", { ...props, onclick: pick }, content);
  return h("a", { ...props, href, target: "_blank", rel: "noopener noreferrer", onclick: pick }, content);
}

function step(menu, by) {
  const items = [...menu.children];
  const at = items.indexOf(document.activeElement);
  items[(at + by + items.length) % items.length]?.focus();
}
