/** The question before something that matters. */

import { h } from "../dom.js";
import { openDialog } from "../dialog.js";
import { textObject, words } from "../text/text_object.js";

/** Asks; resolves to whether the person agreed. */
export function confirmed(confirm, names) {
  return new Promise((resolve) => {
    const answer = (value) => () => dialog.close(value);
    const style = confirm.style === "danger" ? "danger" : "primary";
    const dialog = openDialog({
      kind: "confirm",
      title: words(confirm.title),
      body: h("p", {}, textObject(confirm.text, names)),
      foot: [
        h("button.button", { onclick: answer("no") }, words(confirm.deny)),
        h("button", { class: `button ${style}`, onclick: answer("yes") }, words(confirm.confirm)),
      ],
      onclose: (value) => resolve(value === "yes"),
    });
  });
}
