/** A text object of Block Kit: mrkdwn or plain_text. */

import { mrkdwn, plain } from "./mrkdwn.js";

/** Draws a text object, or a bare string as plain text; nothing for nothing. */
export function textObject(text, names) {
  if (!text) return null;
  if (typeof text === "string") return plain(text);
  if (text.type === "mrkdwn") return mrkdwn(text.text, names, { verbatim: text.verbatim });
  return plain(text.text, text.emoji);
}

/** Returns a text object's characters, for labels and titles. */
export function words(text) {
  return typeof text === "string" ? text : (text?.text ?? "");
}
