/** Dialogs: Slack's confirmations and modals are the browser's own `<dialog>`. */

import { freshId, h } from "./dom.js";

const FIRST = ".dialog-body :is(input, select, textarea), footer button";

/**
 * Opens a dialog above the page. `title` is text, `body` a node, `foot` nodes; `onclose(value)` runs
 * once, whichever way it was closed.
 */
export function openDialog({ kind, title, body, foot, onclose }) {
  const id = freshId("dialog-title");
  const dialog = h("dialog", { class: `dialog ${kind}`, "aria-labelledby": id },
    h("header", {}, h("h2", { id }, title), closeButton(() => dialog.close(""))),
    h("div.dialog-body", { tabindex: "-1" }, body),
    h("footer", {}, foot));
  dialog.addEventListener("close", () => finish(dialog, onclose), { once: true });
  document.body.append(dialog);
  dialog.showModal();
  dialog.querySelector(FIRST)?.focus();
  return dialog;
}

function closeButton(onclick) {
  return h("button.icon-button", { "aria-label": "Close", onclick }, "✕");
}

function finish(dialog, onclose) {
  dialog.remove();
  onclose?.(dialog.returnValue);
}
