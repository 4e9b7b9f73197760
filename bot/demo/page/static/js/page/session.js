/** What one person sees of the workspace, kept in step with the server. */

import { showDatesFor } from "../text/dates.js";
import { fileUrl, listen, perform, readState } from "./api.js";
import { namesOf } from "./names.js";

const SLASH = /^(\/\S+)\s*([\s\S]*)$/;

/** Loads a person's state, applies changes, and does things as that person. */
export class Session {
  /**
   * `on` is called: loaded(), message(message, isNew), view(view), errors(errors), online(yes),
   * home(view), bots(bots), previews(attachments).
   */
  constructor(on) {
    this.on = on;
    this.end = () => {};
    this.changes = 0;
  }

  /** Becomes somebody: listens first, then reads, so that nothing falls between. */
  become(name) {
    this.end();
    this.name = name;
    this.end = listen(name, {
      onopen: () => this.load(),
      onlost: () => this.on.online(false),
      onchange: (change) => {
        this.changes += 1;
        if (this.state) this.apply(change);
      },
    });
  }

  /** Returns a channel's messages, oldest first. */
  messagesIn(channel) {
    return this.state.messages[channel] ?? [];
  }

  /** Sends what was typed: a slash command, or a message. */
  send(channel, typed) {
    const slash = SLASH.exec(typed);
    if (slash) return this.perform("command", { channel, command: slash[1], text: slash[2] });
    return this.perform("say", { channel, text: typed });
  }

  /** Returns the app's shortcuts of a type: `global`, or `message`. */
  shortcuts(type) {
    return (this.state?.shortcuts ?? []).filter((each) => each.type === type);
  }

  /** Returns whether links that the app wants to know of stand in a text. */
  linksIn(text) {
    const domains = this.state?.unfurl_domains ?? [];
    return domains.some((domain) => text.includes("://") && text.includes(domain));
  }

  /** Does something as this person. */
  perform(what, body) {
    return perform(what, { user: this.state.user.id, ...body });
  }

  /** Returns the address of a file, named by its id or by its own URL. */
  fileUrl(file) {
    return fileUrl(this.state.user.id, file);
  }

  /** Reads all that this person sees; again where something changed while it was read. */
  async load() {
    const { name, changes } = this;
    const state = await readState(name).catch(() => null);
    if (!state || name !== this.name) return;
    if (changes !== this.changes) {
      await this.load();
      return;
    }
    this.state = state;
    this.names = namesOf(state);
    showDatesFor(state.user);
    this.on.online(true);
    this.on.loaded();
    this.on.view(state.view);
  }

  apply(change) {
    const kinds = {
      message: () => this.put(change.message),
      message_changed: () => this.put(change.message),
      message_deleted: () => this.drop(change.message),
      view_opened: () => this.on.view(change.view),
      view_changed: () => (change.view.type === "home" ? this.on.home : this.on.view)(change.view),
      view_errors: () => this.on.errors(change.errors),
      view_closed: () => this.load(),
      channel: () => this.load(),
      home: () => this.on.home((this.state.home = change.view)),
      bots: () => this.on.bots((this.state.bots = change.bots)),
      previews: () => this.on.previews(change.previews),
    };
    kinds[change.kind]?.();
  }

  put(message) {
    const list = (this.state.messages[message.channel] ??= []);
    const at = list.findIndex((each) => each.ts === message.ts);
    if (at < 0) list.push(message);
    else list[at] = message;
    list.sort((a, b) => Number(a.ts) - Number(b.ts));
    this.on.message(message, at < 0);
  }

  drop(message) {
    const list = this.messagesIn(message.channel);
    this.state.messages[message.channel] = list.filter((each) => each.ts !== message.ts);
    this.on.message(message, false);
  }
}
