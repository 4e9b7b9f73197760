/** One message as Slack draws it: who, when, what, and for whom. */

import { drawBlocks } from "../blocks/index.js";
import { openDialog } from "../dialog.js";
import { h, put } from "../dom.js";
import { menuButton } from "../elements/menu.js";
import { clockTime } from "../text/dates.js";
import { mrkdwn } from "../text/mrkdwn.js";
import { avatar } from "./avatar.js";
import { drawAttachment } from "./attachments.js";
import { files } from "./files.js";
import { forward } from "./forward.js";
import { standing } from "./names.js";
import { MessageSurface } from "./surfaces.js";

const TROUBLES = {
  operation_timeout: "The app did not respond in 3 seconds.",
  dispatch_failed: "The app could not be reached.",
};

/** Draws a message; `reply` opens its thread, or is undefined where there is none. */
export function drawMessage(message, session, { reply } = {}) {
  const person = session.names.person(message.user);
  const trouble = h("p.trouble", { role: "alert" });
  const surface = new MessageSurface(session, message.ts, (error) => put(trouble, complaint(error)));
  const below = (message.attachments ?? []).map((each) => drawAttachment(each, surface));
  const content = h("div.message-main", {},
    message.ephemeral_to && h("p.only-you", {}, eye(), "Only visible to you"),
    byline(person, message),
    h("div.blocks", {}, body(message, surface), below, files(message, surface)), trouble);
  const fail = (error) => put(trouble, complaint(error));
  return h("article", {
    class: `message${message.ephemeral_to ? " ephemeral" : ""}`, "data-ts": message.ts,
    "data-ticket": message.ticket,
    "aria-label": `${authorName(person, message)}: ${message.text}`,
  }, avatar(person), content, tools(message, { session, reply, fail }));
}

/** Returns the name that stands over a message. */
export function authorName(person, message) {
  return message?.username ?? (person?.is_bot ? person.name : (person?.real_name ?? "somebody"));
}

function byline(person, message) {
  return h("div.byline", {}, h("b", {}, authorName(person, message)),
    person?.is_bot && h("span.badge", {}, "APP"),
    standing(person) && h("span.badge", {}, standing(person)), h("span.when", {}, clockTime(message.ts)));
}

function body(message, surface) {
  if (message.blocks?.length) return [drawBlocks(message.blocks, surface), edited(message)];
  if (!message.text && message.files?.length) return null;
  const text = mrkdwn(message.text ?? "", surface.names);
  return h("div.block.text-only", {}, text, edited(message));
}

function edited(message) {
  return message.edited && !message.ephemeral_to && h("small.edited", {}, " (edited)");
}

function complaint(error) {
  if (!error) return null;
  const sign = h("span.emoji.tile.warn", { "aria-hidden": "true" });
  return [sign, ` ${TROUBLES[error] ?? "That did not work."} `, h("code", {}, error)];
}

function tools(message, { session, reply, fail }) {
  const perform = async (action, body) => {
    fail("");
    const { ok, error } = await session.perform(action, body);
    if (!ok) fail(error);
  };
  const items = [
    ...(reply ? [{ label: "Reply in thread", choose: reply }] : []),
    ...(message.ephemeral_to ? [] : [
      { label: "Forward message", choose: () => forward(message, session, fail) },
    ]),
    ...shortcutsOn(message, session, perform), ...ownActions(message, session, perform),
    { label: "Notification and JSON", choose: () => showInside(message) },
  ];
  return h("div.tools", {}, menuButton({ label: "About this message", caption: "⋮", items }));
}

/** Returns the app's shortcuts for a message; Slack offers none on what one person alone sees. */
function shortcutsOn(message, session, perform) {
  if (message.ephemeral_to) return [];
  return session.shortcuts("message").map(({ name, callback_id: id, description }) => ({
    label: name, description, choose: () => perform("shortcut", { callback_id: id, message_ts: message.ts }),
  }));
}

function ownActions(message, session, perform) {
  if (message.user !== session.state.user.id) return [];
  const edit = (text) => perform("edit", { ts: message.ts, text });
  return [
    { label: "Edit message", choose: () => askForText(message.text, edit) },
    { label: "Delete message", choose: () => perform("delete", { ts: message.ts }) },
  ];
}

function askForText(text, done) {
  const box = h("textarea.input", { rows: "4", "aria-label": "Message" });
  box.value = text;
  const save = () => {
    dialog.close();
    done(box.value);
  };
  const dialog = openDialog({
    kind: "confirm", title: "Edit message", body: box,
    foot: h("button.button.primary", { onclick: save }, "Save"),
  });
}

function showInside(message) {
  const json = JSON.stringify(message.blocks ?? [], null, 2);
  const body = [
    h("h3", {}, "What a notification and a screen reader say"),
    h("p.notification", {}, message.text || "(nothing)"),
    h("h3", {}, "Blocks as they were sent"), h("pre.json", { tabindex: "0" }, json),
  ];
  const dialog = openDialog({
    kind: "wide", title: "Inside this message", body,
    foot: h("button.button", { onclick: () => dialog.close() }, "Close"),
  });
}

function eye() {
  return h("span.eye", { "aria-hidden": "true" });
}
