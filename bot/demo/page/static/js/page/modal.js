/** The modal that the app opened: drawn, filled in, sent off, closed. */

import { drawBlocks } from "../blocks/index.js";
import { openDialog } from "../dialog.js";
import { h, put } from "../dom.js";
import { words } from "../text/text_object.js";
import { ModalSurface } from "./surfaces.js";

const REQUIRED = "Please complete this required field.";

/** Shows the uppermost view of the person, and nothing while there is none. */
export class Modal {
  constructor(session) {
    this.session = session;
    this.view = null;
  }

  /** Shows a view, or its newer self, or none. */
  show(view) {
    if (view?.id !== this.view?.id) this.replace(view);
    else if (view && view.hash !== this.view.hash) this.redraw(view);
    this.view = view;
  }

  /** Shows what is wrong, block by block. */
  fail(errors) {
    for (const box of this.dialog?.querySelectorAll(".input-block") ?? []) {
      put(box.querySelector(".error"), errors[box.dataset.block]);
    }
    const first = this.dialog?.querySelector(".error:not(:empty)")?.closest(".input-block");
    first?.querySelector("input, select, textarea")?.focus();
  }

  replace(view) {
    const old = this.dialog;
    this.dialog = null;
    old?.close("gone");
    if (view) this.open(view);
  }

  redraw(view) {
    this.surface.redraw(view);
    this.dialog.querySelector("h2").textContent = words(view.title);
    put(this.body, drawBlocks(view.blocks, this.surface));
    put(this.dialog.querySelector("footer"), this.buttons(view));
    put(this.trouble);
  }

  open(view) {
    this.trouble = h("p.trouble", { role: "alert" });
    this.surface = new ModalSurface(this.session, view, (error) => this.complain(error));
    this.body = h("div.blocks", {}, drawBlocks(view.blocks, this.surface));
    const dialog = openDialog({
      kind: "modal", title: words(view.title), body: [this.body, this.trouble],
      foot: this.buttons(view), onclose: () => this.closed(dialog),
    });
    this.dialog = dialog;
  }

  buttons(view) {
    const close = h("button.button", { onclick: () => this.dialog.close() }, words(view.close) || "Close");
    if (!view.submit) return [close];
    const submit = h("button.button.primary", {}, words(view.submit));
    submit.addEventListener("click", () => this.submit(submit));
    return [close, submit];
  }

  async submit(button) {
    const missing = this.missing();
    this.fail(missing);
    if (Object.keys(missing).length || button.disabled) return;
    button.disabled = true;
    const done = await this.session.perform("submit", { values: this.surface.values() });
    button.disabled = false;
    if (!done.ok) this.complain(done.error);
  }

  missing() {
    const filled = this.surface.values();
    const empty = ({ block_id: id, element }) => !filled[id]?.[element.action_id]?.toString();
    const wanting = this.surface.inputs().filter((each) => !each.optional && empty(each));
    return Object.fromEntries(wanting.map((each) => [each.block_id, REQUIRED]));
  }

  complain(error) {
    put(this.trouble, `We had some trouble connecting. Try again? (${error})`);
  }

  closed(dialog) {
    if (dialog !== this.dialog) return;
    this.dialog = null;
    this.view = null;
    this.session.perform("close", {});
  }
}
