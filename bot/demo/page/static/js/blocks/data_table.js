/** The data_table block: rows that the reader sorts, filters and turns the pages of. */

import { freshId, h, put } from "../dom.js";
import { cellContent, cellNode, cellNumber, cellWords } from "./cells.js";

const USUAL_PAGE = 5;
const LONG = 36;
const NEXT_ORDER = { none: "ascending", ascending: "descending", descending: "none" };
const ARROWS = { none: "↕", ascending: "↑", descending: "↓" };

/** Draws the block. */
export function dataTable(block, place) {
  return new DataTable(block, place).node;
}

class DataTable {
  constructor(block, place) {
    [this.head, ...this.rows] = block.rows;
    this.place = place;
    this.size = block.page_size ?? USUAL_PAGE;
    this.headColumn = block.row_header_column_index ?? 0;
    this.words = new Map(this.rows.map((row) => [row, row.map(cellWords)]));
    this.order = { column: 0, way: "none" };
    this.query = "";
    this.page = 0;
    this.node = this.build(block.caption);
    this.draw();
  }

  build(caption) {
    const id = freshId("table");
    this.body = h("tbody");
    this.headers = this.head.map((cell, column) => this.header(cell, column));
    this.count = h("span.count", { role: "status" });
    this.previous = this.turner("‹", "Previous page", -1);
    this.next = this.turner("›", "Next page", 1);
    const filter = h("input.input.filter", {
      type: "search", placeholder: "Filter…", "aria-label": `Filter: ${caption}`,
      oninput: (event) => this.filter(event.target.value),
    });
    return h("div.data-table", {},
      h("div.table-head", {}, h("span.caption", { id }, caption), filter),
      h("div.scroller", { tabindex: "0", role: "region", "aria-labelledby": id },
        h("table.grid", { "aria-labelledby": id }, h("thead", {}, h("tr", {}, this.headers)), this.body)),
      h("div.table-foot", {}, this.count, h("span", {}, this.previous, this.next)));
  }

  header(cell, column) {
    const sort = () => this.sort(column);
    const arrow = h("span.arrow", { "aria-hidden": "true" }, ARROWS.none);
    const button = h("button.sorter", { onclick: sort }, cellContent(cell, this.place), arrow);
    return h("th", { scope: "col", "aria-sort": "none" }, button);
  }

  turner(label, name, by) {
    const turn = () => {
      this.page += by;
      this.draw();
    };
    return h("button.icon-button", { "aria-label": name, onclick: turn }, label);
  }

  sort(column) {
    const same = column === this.order.column;
    this.order = { column, way: NEXT_ORDER[same ? this.order.way : "none"] };
    this.page = 0;
    this.draw();
  }

  filter(query) {
    this.query = query.trim().toLocaleLowerCase();
    this.page = 0;
    this.draw();
  }

  draw() {
    const rows = this.arranged();
    const pages = Math.max(1, Math.ceil(rows.length / this.size));
    const first = this.page * this.size;
    const shown = rows.slice(first, first + this.size);
    put(this.body, shown.length ? shown.map((row) => this.row(row)) : this.nothing());
    this.count.textContent = this.counted(first, shown.length, rows.length);
    this.previous.disabled = this.page === 0;
    this.next.disabled = this.page >= pages - 1;
    this.headers.forEach((header, column) => this.mark(header, column));
  }

  arranged() {
    const found = this.rows.filter((row) => this.matches(row));
    if (this.order.way === "none") return found;
    const sign = this.order.way === "ascending" ? 1 : -1;
    return found.sort((a, b) => this.compare(a, b, sign));
  }

  matches(row) {
    return this.words.get(row).some((text) => text.toLocaleLowerCase().includes(this.query));
  }

  /** Compares two rows; numbers as numbers, what is no number after them, whichever the way. */
  compare(a, b, sign) {
    const { column } = this.order;
    const [x, y] = [cellNumber(a[column]), cellNumber(b[column])];
    if (!Number.isNaN(x) && !Number.isNaN(y)) return sign * (x - y);
    if (Number.isNaN(x) !== Number.isNaN(y)) return Number.isNaN(x) ? 1 : -1;
    const texts = [this.words.get(a)[column], this.words.get(b)[column]];
    return sign * texts[0].localeCompare(texts[1], undefined, { numeric: true });
  }

  row(cells) {
    return h("tr", {}, cells.map((cell, column) => cellNode(cell, this.place, {
      header: column === this.headColumn ? "row" : undefined,
      wrapped: this.words.get(cells)[column].length > LONG,
    })));
  }

  nothing() {
    const across = { colspan: this.head.length };
    return h("tr", {}, h("td.nothing", across, "No row matches the filter."));
  }

  counted(first, shown, found) {
    const all = found === this.rows.length ? "" : ` (${this.rows.length} in all)`;
    return shown ? `${first + 1}–${first + shown} of ${found}${all}` : `0 of ${this.rows.length}`;
  }

  mark(header, column) {
    const way = column === this.order.column ? this.order.way : "none";
    header.setAttribute("aria-sort", way);
    header.querySelector(".arrow").textContent = ARROWS[way];
  }
}
