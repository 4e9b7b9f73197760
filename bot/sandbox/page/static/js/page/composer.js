/** The box to type in: a message, or a slash command. */

import { h, put } from "../dom.js";
import { channelLabel } from "./names.js";

const TALLEST = 160;

/** Takes what is typed; Enter sends, Shift+Enter begins a line, the arrow up brings the last back. */
export class Composer {
  constructor(session) {
    this.session = session;
    this.before = [];
    this.box = h("textarea", {
      id: "composer", rows: "1", disabled: true, autocomplete: "off", spellcheck: "false", enterkeyhint: "send",
      "aria-describedby": "composer-hint",
      oninput: () => this.typed(), onkeydown: (event) => this.key(event),
    });
    this.hint = h("p.composer-hint", { id: "composer-hint" });
    const send = h("button.send", { "aria-label": "Send", onclick: () => this.submit() }, "➤");
    this.node = h("div.composer", {}, h("div.composer-box", {}, this.box, send), this.hint);
  }

  /** Aims at a channel; before the first one nothing can be typed, so that nothing is lost. */
  aim(channel) {
    this.channel = channel;
    this.box.disabled = false;
    const name = channelLabel(channel);
    this.box.placeholder = `Message ${name}, or /simsessions …`;
    this.box.setAttribute("aria-label", `Message to ${name}`);
    this.typed();
  }

  /** Puts a text into the box, ready to be sent. */
  fill(text) {
    this.box.value = text;
    this.typed();
    this.box.focus();
  }

  typed() {
    this.box.style.height = "auto";
    this.box.style.height = `${Math.min(this.box.scrollHeight, TALLEST)}px`;
    put(this.hint, hintFor(this.box.value, this.session.state?.commands ?? []));
  }

  key(event) {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.submit();
    } else if (event.key === "ArrowUp" && !this.box.value && this.before.length) {
      event.preventDefault();
      this.fill(this.before.at(-1));
    }
  }

  /** Sends what was typed. */
  submit() {
    const text = this.box.value.trim();
    if (!text || !this.channel) return;
    this.fill("");
    this.send(text);
  }

  /** Sends a text; where the sandbox is away it stands in the box again. */
  async send(text) {
    this.before.push(text);
    const done = await this.session.send(this.channel.id, text);
    if (!done.ok && done.error === "sandbox_unreachable") {
      this.fill(text);
      put(this.hint, "The sandbox does not answer: is it still running?");
    }
  }
}

function hintFor(text, commands) {
  if (!text.startsWith("/")) return [key("Enter"), " sends · ", key("Shift"), "+", key("Enter"), " new line"];
  const fitting = commands.filter((command) => command.startsWith(text.split(" ")[0]));
  const about = (command) => [h("b", {}, command), " and a SIM's name, SID or ICCID"];
  return fitting.map(about);
}

function key(name) {
  return h("kbd", {}, name);
}
