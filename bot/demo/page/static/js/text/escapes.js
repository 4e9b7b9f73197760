/** Slack's three escapes. */

const ESCAPED = { "&amp;": "&", "&lt;": "<", "&gt;": ">" };

/** Undoes them, once. */
export function unescaped(text) {
  return text.replace(/&(?:amp|lt|gt);/g, (entity) => ESCAPED[entity]);
}
