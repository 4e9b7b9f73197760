/** The box under a channel: a message, a mention, or a slash command; and the app's shortcuts. */

import { h, put } from "../dom.js";
import { menuButton } from "../elements/menu.js";
import { drawAttachment } from "./attachments.js";
import { channelLabel } from "./names.js";
import { TypingBox } from "./typing.js";

const PAUSE_MS = 400;
const TROUBLES = {
  sandbox_unreachable: "The sandbox does not answer: is it still running?",
  is_archived: "This channel is archived: nobody writes here any more.",
};

/** Takes what is typed; the arrow up brings the last back. `onsend()` is called before it is sent. */
export class Composer {
  constructor(session, onsend) {
    this.session = session;
    this.onsend = onsend;
    this.before = [];
    this.typing = new TypingBox({
      props: { id: "composer", disabled: true, "aria-describedby": "composer-hint" },
      mentionable: () => session.names.mentionable(this.channel?.id),
      onsend: (text) => this.send(text), ontyped: (text) => this.typed(text),
    });
    this.typing.box.addEventListener("keydown", (event) => this.back(event));
    this.hint = h("p.composer-hint", { id: "composer-hint" });
    this.previews = h("div.previews", { "aria-label": "Previews of links" });
    this.extras = h("span.composer-extras", {});
    const send = h("button.send", { "aria-label": "Send", onclick: () => this.typing.send() }, "➤");
    this.node = h("div.composer", {}, this.previews,
      h("div.composer-box", {}, this.extras, this.typing.node, send), this.hint);
  }

  /** Aims at a channel; before the first one nothing can be typed, so that nothing is lost. */
  aim(channel) {
    this.channel = channel;
    const { box } = this.typing;
    box.disabled = channel.is_archived;
    const name = channelLabel(channel).replace(" ", "");
    box.placeholder = channel.is_archived ? `You are viewing ${name}, an archived channel` : `Message ${name}`;
    box.setAttribute("aria-label", `Message to ${name}`);
    put(this.extras, this.mentionButton(), this.shortcuts());
    put(this.previews);
    this.typing.typed();
  }

  focus() {
    this.typing.focus();
  }

  mentionButton() {
    const mention = () => this.typing.mention("simsessions");
    const props = { "aria-label": "Mention simsessions", title: "Mention @simsessions", onclick: mention };
    return h("button.icon-button", props, "@");
  }

  /** Returns the menu of the shortcuts that need no message, where the app has any. */
  shortcuts() {
    const items = this.session.shortcuts("global").map(({ name, callback_id: id, description }) => ({
      label: name, description, choose: () => this.perform("shortcut", { callback_id: id }),
    }));
    const about = { label: "Shortcuts", caption: "⚡", items, align: "start up" };
    return items.length > 0 && menuButton(about);
  }

  async perform(what, body) {
    const { ok, error } = await this.session.perform(what, body);
    if (!ok) put(this.hint, TROUBLES[error] ?? `That did not work (${error}).`);
  }

  /** Shows what the app says of the links that are being typed. */
  preview(attachments) {
    put(this.previews, attachments.map((each) => drawAttachment(each, { names: this.session.names })));
  }

  typed(text) {
    put(this.hint, hintFor(text, this.session.state?.commands ?? []));
    clearTimeout(this.timer);
    const links = this.session.linksIn(text);
    if (!links) put(this.previews);
    if (!links || !this.channel) return;
    const compose = () => this.session.perform("compose", { channel: this.channel.id, text });
    this.timer = setTimeout(compose, PAUSE_MS);
  }

  back(event) {
    if (event.key !== "ArrowUp" || this.typing.value || !this.before.length) return;
    event.preventDefault();
    this.typing.fill(this.before.at(-1));
  }

  /** Sends a text; where it could not be sent it stands in the box again. */
  async send(text) {
    clearTimeout(this.timer);
    this.onsend();
    this.before.push(text);
    const done = await this.session.send(this.channel.id, text);
    put(this.previews);
    if (!done.ok && done.error in TROUBLES) {
      this.typing.fill(text);
      put(this.hint, TROUBLES[done.error]);
    }
  }
}

function hintFor(text, commands) {
  if (!text.startsWith("/")) {
    return h("span.keys", {}, key("Enter"), " sends · ", key("Shift"), "+", key("Enter"), " new line · ",
      key("@"), " mentions · ", key("/simsessions"), " asks · ", key("F6"), " next section");
  }
  const fitting = commands.filter((command) => command.startsWith(text.split(" ")[0]));
  return fitting.map((command) => [h("b", {}, command), " and a SIM's name, SID or ICCID"]);
}

function key(name) {
  return h("kbd", {}, name);
}
