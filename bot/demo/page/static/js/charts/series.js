/** The data of line, area and bar charts. */

import { svg } from "../dom.js";
import { whole } from "./scale.js";

const BAR_SHARE = 0.72;
const WIDEST_BAR = 44;
const MARKERS = [
  (x, y) => svg("circle", { cx: x, cy: y, r: 3.5 }),
  (x, y) => svg("rect", { x: x - 3.2, y: y - 3.2, width: 6.4, height: 6.4 }),
  (x, y) => svg("path", { d: `M${x} ${y - 4.4}l4.2 7.4h-8.4z` }),
  (x, y) => svg("path", { d: `M${x} ${y - 4.8}l4.8 4.8l-4.8 4.8l-4.8-4.8z` }),
];

/** Draws lines with markers; each series has its own shape and dashes, not its colour alone. */
export function lines(chart, box) {
  return chart.series.map((series, n) => {
    const points = placed(series, box);
    return svg("g", { class: `series s${n}` },
      svg("path.line", { d: path(points) }), points.map((point) => marker(point, series, n)));
  });
}

/** Draws filled areas, the first at the back. */
export function areas(chart, box) {
  return chart.series.map((series, n) => {
    const points = placed(series, box);
    const zero = box.y(0);
    const closed = `${path(points)}L${points.at(-1).x} ${zero}L${points[0].x} ${zero}Z`;
    return svg("g", { class: `series s${n}` }, svg("path.area", { d: closed }),
      svg("path.line", { d: path(points) }), points.map((point) => marker(point, series, n)));
  });
}

/** Draws bars, grouped by category. */
export function bars(chart, box) {
  const count = chart.series.length;
  const width = Math.min(WIDEST_BAR, (box.band * BAR_SHARE) / count);
  const draw = (series, n, point) => bar(point.x + (n - count / 2) * width, width, point, box, series);
  return chart.series.map((series, n) => svg("g", { class: `series s${n}` },
    placed(series, box).map((point) => draw(series, n, point))));
}

/** Draws the small sign that stands for a series in the legend. */
export function sign(n, kind) {
  const shape = kind === "bar" || kind === "pie" ? svg("rect", { x: 2, y: 2, width: 12, height: 12, rx: 3 })
    : [svg("path.line", { d: "M0 8H16" }), MARKERS[n % MARKERS.length](8, 8)];
  return svg("svg", { class: `sign series s${n}`, viewBox: "0 0 16 16", "aria-hidden": "true" }, shape);
}

function placed(series, box) {
  const byLabel = new Map(series.data.map((point) => [point.label, point.value]));
  return box.categories
    .map((label, n) => ({ label, value: byLabel.get(label), x: box.x(n) }))
    .filter((point) => point.value !== undefined)
    .map((point) => ({ ...point, y: box.y(point.value) }));
}

function path(points) {
  return points.map(({ x, y }, n) => `${n ? "L" : "M"}${x} ${y}`).join("");
}

function marker(point, series, n) {
  return svg("g.marker", {}, MARKERS[n % MARKERS.length](point.x, point.y), tip(point, series));
}

function bar(x, width, point, box, series) {
  const zero = box.y(0);
  const [y, height] = [Math.min(point.y, zero), Math.abs(point.y - zero)];
  const room = { x: x + 1, y, width: Math.max(1, width - 2), height, rx: 2 };
  return svg("rect.bar", room, tip(point, series));
}

function tip(point, series) {
  return svg("title", {}, `${series.name}, ${point.label}: ${whole(point.value)}`);
}
