/** What blocks are drawn upon: a message, a modal or Home. */

/** Keeps what is filled in, and passes on what is clicked. */
class Surface {
  constructor(session) {
    this.session = session;
    this.filled = new Map();
  }

  get names() {
    return this.session.names;
  }

  hold(blockId, actionId, selected) {
    this.filled.set(JSON.stringify([blockId, actionId]), selected);
  }

  held(blockId, actionId) {
    return this.filled.get(JSON.stringify([blockId, actionId]));
  }

  fileUrl(file) {
    return this.session.fileUrl(file);
  }

  /** Asks the app for the options of an external select. */
  async suggest(blockId, element, typed) {
    const about = { block_id: blockId, action_id: element.action_id, typed, ...this.whereabouts() };
    const { answer } = await this.session.perform("suggest", about);
    return answer?.options ?? answer?.option_groups?.flatMap((group) => group.options) ?? [];
  }

  whereabouts() {
    return {};
  }
}

/** A message or attachment; `onfail(error)` is called when a click fails. */
export class MessageSurface extends Surface {
  constructor(session, ts, onfail) {
    super(session);
    this.ts = ts;
    this.onfail = onfail;
  }

  async act(action) {
    this.onfail("");
    const done = await this.session.perform("click", { message_ts: this.ts, ...action });
    if (!done.ok) this.onfail(done.error);
  }

  whereabouts() {
    return { message_ts: this.ts };
  }
}

/** A view of a person's own: what was filled in stands in its state. */
class ViewSurface extends Surface {
  constructor(session, view, onfail) {
    super(session);
    this.onfail = onfail;
    this.load(view.state?.values ?? {});
  }

  load(values) {
    for (const [blockId, actions] of Object.entries(values)) {
      for (const [actionId, state] of Object.entries(actions)) {
        const selected = selectedOf(state);
        if (selected !== undefined) this.hold(blockId, actionId, selected);
      }
    }
  }
}

/** The app's Home. */
export class HomeSurface extends ViewSurface {
  async act(action) {
    this.onfail("");
    const done = await this.session.perform("click-home", action);
    if (!done.ok) this.onfail(done.error);
  }

  whereabouts() {
    return { in_home: true };
  }
}

/** The uppermost modal. */
export class ModalSurface extends ViewSurface {
  constructor(session, view, onfail) {
    super(session, view, onfail);
    this.blocks = view.blocks;
  }

  redraw(view) {
    this.blocks = view.blocks;
    this.load(view.state?.values ?? {});
  }

  inputs() {
    return this.blocks.filter((each) => each.type === "input");
  }

  /** Returns what is filled in now: block id, action id, what is selected; null for emptied. */
  values() {
    const values = {};
    for (const { block_id: blockId, element: { action_id: actionId } } of this.inputs()) {
      const selected = this.held(blockId, actionId);
      if (selected !== undefined) values[blockId] = { [actionId]: selected };
    }
    return values;
  }

  async act(action) {
    const done = await this.session.perform("click-view", { ...action, values: this.values() });
    if (!done.ok) this.onfail(done.error);
  }
}

/** Turns Slack's report of a value back into what is selected; nothing for nothing. */
function selectedOf({ type, selected_option: option, selected_options: options, ...rest }) {
  if (option) return type === "external_select" ? option : option.value;
  if (options?.length) return type === "multi_external_select" ? options : options.map((each) => each.value);
  const [value] = Object.values(rest).filter((each) => each !== null);
  return Array.isArray(value) && !value.length ? undefined : value;
}
