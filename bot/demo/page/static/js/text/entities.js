/** What stands between `<` and `>` in Slack's text: links, mentions, broadcasts, dates. */

import { h } from "../dom.js";
import { dateNode } from "./dates.js";
import { emojiNodes, withCharacters } from "./emoji.js";
import { unescaped } from "./escapes.js";

const SAFE_LINK = /^(?:https?:\/\/|mailto:|tel:)/i;
const DATE = /^!date\^(\d+)\^([^^]+)(?:\^(.+))?$/;
const BROADCASTS = new Set(["here", "channel", "everyone"]);

/** Returns the node of an entity without its brackets; null where it is none. */
export function entityNode(inner, names) {
  const [target, label] = cut(inner);
  const kind = { "@": personOf, "#": channelOf, "!": commandOf }[target[0]];
  if (kind) return kind(target, label, names);
  return SAFE_LINK.test(target) ? linkNode(unescaped(target), unescaped(label ?? target)) : null;
}

/** Makes a link that opens apart; anything but http(s), mailto and tel stays text. */
export function linkNode(url, label) {
  const content = emojiNodes(withCharacters(label));
  if (!SAFE_LINK.test(url)) return h("span", {}, content);
  return h("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, content);
}

/** Makes a person's mention; it stands out for the one who is meant. */
export function personNode(id, names, label) {
  const me = id === names.me ? " me" : "";
  return h("span", { class: `mention${me}` }, `@${names.person(id)?.name ?? label ?? id}`);
}

/** Makes a channel's mention. */
export function channelNode(id, names, label) {
  return h("span.mention", {}, `#${names.channel(id)?.name ?? label ?? id}`);
}

/** Makes @here and its kin. */
export function broadcastNode(range) {
  return h("span.mention.me", {}, `@${range}`);
}

function cut(inner) {
  const bar = inner.indexOf("|");
  return bar < 0 ? [inner, undefined] : [inner.slice(0, bar), inner.slice(bar + 1)];
}

function personOf(target, label, names) {
  return personNode(target.slice(1), names, label);
}

function channelOf(target, label, names) {
  return channelNode(target.slice(1), names, label);
}

function commandOf(target, label, names) {
  const date = DATE.exec(target);
  if (date) return dateOf(date, unescaped(label ?? ""));
  if (BROADCASTS.has(target.slice(1))) return broadcastNode(target.slice(1));
  if (!target.startsWith("!subteam^")) return null;
  const group = names.group?.(target.slice("!subteam^".length));
  return h("span.mention", {}, group ? `@${group.handle}` : (label ?? target));
}

function dateOf([, seconds, template, link], fallback) {
  const node = dateNode(seconds, unescaped(template), fallback);
  if (!link || !SAFE_LINK.test(link)) return node;
  return h("a", { href: unescaped(link), target: "_blank", rel: "noopener noreferrer" }, node);
}
