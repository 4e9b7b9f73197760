/** Pies. */

import { svg } from "../dom.js";
import { whole } from "./scale.js";

const RADIUS = 92;
const TURN = 2 * Math.PI;

/** Draws a pie around a middle, clockwise from the top. */
export function pie(chart, { x, y }) {
  const total = chart.segments.reduce((sum, segment) => sum + segment.value, 0);
  let start = 0;
  return chart.segments.map((segment, n) => {
    const share = segment.value / total;
    const node = slice({ x, y, start, share });
    start += share;
    return svg("g", { class: `series s${n}` }, node, svg("title", {}, segmentWords(segment, total)));
  });
}

/** Says a segment with its share. */
export function segmentWords(segment, total) {
  const percent = Math.round((segment.value / total) * 100);
  return `${segment.label}: ${whole(segment.value)} (${percent} %)`;
}

function slice({ x, y, start, share }) {
  if (share >= 0.9999) return svg("circle.slice", { cx: x, cy: y, r: RADIUS });
  const at = (part) => `${x + RADIUS * Math.sin(part * TURN)} ${y - RADIUS * Math.cos(part * TURN)}`;
  const large = share > 0.5 ? 1 : 0;
  const d = `M${x} ${y}L${at(start)}A${RADIUS} ${RADIUS} 0 ${large} 1 ${at(start + share)}Z`;
  return svg("path.slice", { d });
}
