/** Where an element stands: its block, and the message or modal around it. */

import { confirmed } from "./confirm.js";

/**
 * One block's place on a surface. A surface knows `names`, does `act(action)` for what is clicked,
 * keeps what is filled in (`hold`, `held`), asks the app for options (`suggest`) and finds files
 * (`fileUrl`). What is `selected` is an option's value, several, an id, a day, a text or, of an
 * external select, the whole option.
 */
export class Place {
  constructor(surface, blockId, { dispatches = true } = {}) {
    this.surface = surface;
    this.blockId = blockId ?? "";
    this.dispatches = dispatches;
  }

  get names() {
    return this.surface.names;
  }

  /** Names an element, so that the focus finds it again after its message was drawn anew. */
  key(element) {
    return element.action_id ?? "";
  }

  /** Returns what the person had filled in before, or else what the app filled in, or undefined. */
  held(element, initial) {
    const before = this.surface.held(this.blockId, element.action_id);
    if (before === undefined && initial !== undefined) this.hold(element, initial);
    return before === undefined ? initial : before;
  }

  /** Keeps what was filled in without telling the app. */
  hold(element, selected) {
    this.surface.hold(this.blockId, element.action_id, selected);
  }

  /** Keeps a choice and, where the block dispatches, tells the app. */
  async choose(node, element, selected) {
    this.hold(element, selected);
    if (this.dispatches) await this.tell(node, element, { selected });
  }

  /** Asks for confirmation if the element wants it, then tells the app, busy meanwhile. */
  async tell(node, element, detail = {}) {
    if (node.getAttribute("aria-busy")) return;
    if (element.confirm && !(await confirmed(element.confirm, this.names))) return;
    node.setAttribute("aria-busy", "true");
    const action = { block_id: this.blockId, action_id: element.action_id, ...detail };
    await this.surface.act(action).finally(() => node.removeAttribute("aria-busy"));
  }
}
