/** The data_visualization block: a chart as inline SVG with its title, words and legend. */

import { freshId, h, put, svg } from "../dom.js";
import { HEIGHT, axes, frame } from "./frame.js";
import { pie, segmentWords } from "./pie.js";
import { whole } from "./scale.js";
import { areas, bars, lines, sign } from "./series.js";

const DATA = { line: lines, area: areas, bar: bars };
const NARROWEST = 240;
const USUAL = 560;
const redraws = new WeakMap();
const sizes = new ResizeObserver((entries) => {
  for (const { target, contentRect } of entries) redraws.get(target)?.(contentRect.width);
});

/** Draws the block; it is drawn anew when its room changes, so that its letters stay readable. */
export function chartBlock(block) {
  const holder = h("div.chart", {});
  let drawn = 0;
  const draw = (width) => {
    const room = Math.max(NARROWEST, Math.round(width));
    if (room !== drawn) put(holder, picture(block, (drawn = room)));
  };
  draw(USUAL);
  redraws.set(holder, draw);
  sizes.observe(holder);
  return h("figure.data-visualization", {},
    h("figcaption", {}, block.title), holder, legend(block.chart));
}

function picture({ title, chart }, width) {
  const [titleId, descId] = [freshId("chart"), freshId("chart")];
  const content = chart.type === "pie" ? pie(chart, { x: width / 2, y: HEIGHT / 2 }) : withAxes(chart, width);
  return svg("svg", {
    role: "img", viewBox: `0 0 ${width} ${HEIGHT}`, width, height: HEIGHT,
    "aria-labelledby": `${titleId} ${descId}`, class: `chart-${chart.type}`,
  }, svg("title", { id: titleId }, title), svg("desc", { id: descId }, inWords(chart)), content);
}

function withAxes(chart, width) {
  const box = frame(chart, width);
  return [axes(box), (DATA[chart.type] ?? lines)(chart, box)];
}

function legend(chart) {
  const total = chart.segments?.reduce((sum, segment) => sum + segment.value, 0);
  const names = chart.segments?.map((segment) => segmentWords(segment, total))
    ?? chart.series.map((series) => series.name);
  return h("ul.legend", {}, names.map((name, n) => h("li", {}, sign(n, chart.type), name)));
}

function inWords(chart) {
  if (chart.segments) return `Pie of ${chart.segments.length} segments.`;
  const values = chart.series.map(({ name, data }) =>
    `${name}: ${data.map(({ label, value }) => `${label} ${whole(value)}`).join(", ")}.`);
  return `${chart.type} chart. ${values.join(" ")}`;
}
