/** The frame of a chart with axes: grid, ticks, categories and axis titles. */

import { svg } from "../dom.js";
import { labelStride, linear, short, ticks } from "./scale.js";

export const HEIGHT = 230;
const TOP = 10;
const RIGHT = 14;

/** Measures a chart: returns its ticks and where values and categories lie. */
export function frame(chart, width) {
  const { categories, x_label: xLabel, y_label: yLabel } = chart.axis_config;
  const marks = ticks(chart.series.flatMap((series) => series.data.map((point) => point.value)));
  const widest = Math.max(...marks.map((mark) => short(mark).length));
  const left = 14 + widest * 7 + (yLabel ? 18 : 0);
  const bottom = HEIGHT - 26 - (xLabel ? 18 : 0);
  const band = (width - left - RIGHT) / categories.length;
  return {
    width, left, bottom, band, marks, categories, xLabel, yLabel, top: TOP, right: width - RIGHT,
    x: (n) => left + band * (n + 0.5),
    y: linear(marks[0], marks.at(-1), bottom, TOP),
  };
}

/** Draws what lies behind the data. */
export function axes(box) {
  return svg("g.axes", { "aria-hidden": "true" },
    box.marks.map((mark) => gridLine(box, mark)), categoryLabels(box), titles(box));
}

function gridLine(box, mark) {
  const y = box.y(mark);
  return [
    svg("line", { class: mark === 0 ? "zero" : "grid-line", x1: box.left, x2: box.right, y1: y, y2: y }),
    svg("text", { x: box.left - 7, y: y + 4, "text-anchor": "end" }, short(mark)),
  ];
}

function categoryLabels(box) {
  const stride = labelStride(box.categories, box.right - box.left);
  const shown = box.categories.map((label, n) => [label, n]).filter(([, n]) => n % stride === 0);
  return shown.map(([label, n]) =>
    svg("text", { x: box.x(n), y: box.bottom + 18, "text-anchor": "middle" }, label));
}

function titles(box) {
  const middle = (box.left + box.right) / 2;
  const height = (box.top + box.bottom) / 2;
  const centred = { "text-anchor": "middle" };
  const turned = { transform: `rotate(-90 12 ${height})`, x: 12, y: height + 4 };
  return [
    box.xLabel && svg("text.axis-title", { x: middle, y: HEIGHT - 5, ...centred }, box.xLabel),
    box.yLabel && svg("text.axis-title", { ...turned, ...centred }, box.yLabel),
  ];
}
