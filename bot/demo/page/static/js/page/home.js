/** The app's Home: what it publishes for one person. */

import { drawBlocks } from "../blocks/index.js";
import { h, put } from "../dom.js";
import { HomeSurface } from "./surfaces.js";

/** Draws the person's Home tab; the app is notified when it is opened, and publishes the view. */
export class Home {
  constructor(session) {
    this.session = session;
    this.trouble = h("p.trouble", { role: "alert" });
    this.body = h("div.blocks", {});
    const about = { "aria-label": "Home", tabindex: "0", hidden: true };
    this.node = h("section.home", about, this.body, this.trouble);
  }

  /** Comes up; the app is notified. */
  open() {
    this.node.hidden = false;
    this.show(this.session.state.home);
    this.session.perform("home", { tab: "home" });
  }

  /** Goes away. */
  close() {
    this.node.hidden = true;
  }

  /** Draws a view; the same one a second time keeps what is filled in. */
  show(view) {
    if (!view) {
      this.hash = null;
      put(this.body, h("p.note", {}, "The app has published nothing here yet."));
      return;
    }
    if (view.hash === this.hash) return;
    this.hash = view.hash;
    put(this.trouble);
    const fail = (error) => put(this.trouble, error && `That did not work (${error}).`);
    const surface = new HomeSurface(this.session, view, fail);
    put(this.body, drawBlocks(view.blocks, surface));
  }
}
