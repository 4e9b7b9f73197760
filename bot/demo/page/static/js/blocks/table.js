/** The table block: a plain grid whose first row is its head. */

import { h } from "../dom.js";
import { cellNode } from "./cells.js";

/** Draws the block. */
export function table(block, place) {
  const [head, ...rows] = block.rows;
  const settings = block.column_settings ?? [];
  const how = (column, header) => ({
    header, align: settings[column]?.align, wrapped: settings[column]?.is_wrapped,
  });
  const line = (cells, header) =>
    h("tr", {}, cells.map((cell, column) => cellNode(cell, place, how(column, header))));
  const grid = h("table.grid", {},
    h("thead", {}, line(head, "col")), h("tbody", {}, rows.map((row) => line(row))));
  return h("div.scroller", { tabindex: "0", role: "region", "aria-label": "Table" }, grid);
}
