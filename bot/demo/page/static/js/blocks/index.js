/** Every block, by its type. */

import { chartBlock } from "../charts/chart.js";
import { h } from "../dom.js";
import { Place } from "../elements/place.js";
import { card, carousel, containerWith } from "./boxes.js";
import { dataTable } from "./data_table.js";
import { actions, input } from "./interactive.js";
import * as simple from "./simple.js";
import { table } from "./table.js";

const BLOCKS = {
  actions,
  alert: simple.alert,
  card,
  carousel,
  container: containerWith(drawBlocks),
  context: simple.context,
  context_actions: actions,
  data_table: dataTable,
  data_visualization: chartBlock,
  divider: simple.divider,
  file: simple.file,
  header: simple.header,
  image: simple.image,
  input,
  markdown: simple.markdownBlock,
  plan: simple.plan,
  rich_text: simple.richTextBlock,
  section: simple.section,
  table,
  task_card: simple.taskCard,
};

/** Draws blocks in their order; one that this page does not know is said, not hidden. */
export function drawBlocks(blocks, surface) {
  return (blocks ?? []).map((block) => {
    const draw = BLOCKS[block.type];
    const node = draw ? draw(block, new Place(surface, block.block_id)) : unknown(block);
    return h("div", { class: `block ${block.type}-block`, "data-block": block.block_id }, node);
  });
}

function unknown(block) {
  return h("p.unknown", {}, `This page cannot draw a block of type “${block.type}”.`);
}
