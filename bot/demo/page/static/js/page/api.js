/** Talks to the page's own server: what a person sees, what changes, and what they do. */

/** Returns all that a person sees. */
export async function readState(user) {
  const answer = await fetch(`/page/state?${new URLSearchParams({ user })}`);
  if (!answer.ok) throw new Error(`state: ${answer.status}`);
  return answer.json();
}

/** Does something as a person; returns `{ok, error}`, also when the server is gone. */
export async function perform(what, body) {
  const headers = { "Content-Type": "application/json" };
  try {
    const answer = await fetch(`/page/${what}`, { method: "POST", headers, body: JSON.stringify(body) });
    return await answer.json();
  } catch {
    return { ok: false, error: "sandbox_unreachable" };
  }
}

/** Listens to what changes for a person; returns a function that ends it. */
export function listen(user, { onopen, onlost, onchange }) {
  const source = new EventSource(`/page/changes?${new URLSearchParams({ user })}`);
  source.addEventListener("ready", onopen);
  source.addEventListener("change", (event) => onchange(JSON.parse(event.data)));
  source.addEventListener("error", onlost);
  return () => source.close();
}

/** Returns the address of a file of the workspace, named by its id or by its own URL. */
export function fileUrl(user, { id, url }) {
  return `/page/file?${new URLSearchParams(id ? { user, id } : { user, url })}`;
}
