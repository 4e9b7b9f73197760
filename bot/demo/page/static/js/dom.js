/** Builds DOM nodes; data only ever becomes text, never markup. */

const SVG = "http://www.w3.org/2000/svg";

/**
 * Makes an HTML element from `tag.class.class`; of the properties `on*` are listeners and the rest
 * attributes (true: there, false or nothing: not). A button is a plain one unless its properties say otherwise.
 */
export function h(name, props = {}, ...children) {
  const [tag, ...classes] = name.split(".");
  const node = document.createElement(tag);
  if (tag === "button") node.type = "button";
  return fill(node, classes, props, children);
}

/** Makes an SVG element the same way. */
export function svg(name, props = {}, ...children) {
  const [tag, ...classes] = name.split(".");
  return fill(document.createElementNS(SVG, tag), classes, props, children);
}

/** Replaces all children. */
export function put(node, ...children) {
  node.replaceChildren(...clean(children));
  return node;
}

/** Makes these the children; one that stays is not touched: it keeps its focus and open menus. */
export function arrange(node, children) {
  const wanted = new Set(children);
  for (const child of [...node.childNodes]) if (!wanted.has(child)) child.remove();
  children.forEach((child, at) => {
    if (node.childNodes[at] !== child) node.insertBefore(child, node.childNodes[at] ?? null);
  });
}

/** Replaces all children by those of `draw()`, unless they were drawn from the same data. */
export function redraw(node, data, draw) {
  const key = JSON.stringify(data);
  if (drawnFrom.get(node) === key) return;
  drawnFrom.set(node, key);
  put(node, draw());
}

/** Returns a new id for `aria-labelledby` and its kin. */
export function freshId(prefix) {
  fresh += 1;
  return `${prefix}-${fresh}`;
}

const drawnFrom = new WeakMap();
let fresh = 0;

function fill(node, classes, props, children) {
  if (classes.length) node.classList.add(...classes);
  for (const [name, value] of Object.entries(props)) {
    set(node, name, value);
  }
  node.append(...clean(children));
  return node;
}

function set(node, name, value) {
  if (value === undefined || value === null || value === false) return;
  if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
  else node.setAttribute(name, value === true ? "" : String(value));
}

function clean(children) {
  return children
    .flat(Infinity)
    .filter((child) => child !== undefined && child !== null && child !== false && child !== "");
}
