/** Who is who and what is what, for mentions and selects. */

const APP = "simsessions";

/** Returns the look-up that renderers use. */
export function namesOf(state) {
  const people = new Map(state.people.map((each) => [each.id, each]));
  const channels = new Map(state.channels.map((each) => [each.id, each]));
  const groups = new Map((state.user_groups ?? []).map((each) => [each.id, each]));
  return {
    group: (id) => groups.get(id),
    mentionable: (place) => [
      ...state.people.filter((each) => each.name === APP),
      ...state.people.filter((each) => !each.is_bot),
    ].map((each) => addressed(each, channels.get(place)))
      .concat([...groups.values()].map((each) => ({ handle: each.handle, title: each.name }))),
    me: state.user.id,
    person: (id) => people.get(id),
    channel: (id) => channels.get(id),
    people: () => state.people.filter((each) => !each.is_bot),
    places: () => state.channels.filter((each) => !each.is_archived),
    channels: () => state.channels.filter((each) => each.kind !== "im" && !each.is_archived),
  };
}

function addressed({ id, name, real_name: title }, place) {
  const note = place && !place.members.includes(id) ? "Not in channel" : "";
  return { handle: name, title, note };
}

/** Returns what somebody is who is no member of the workspace: a guest, or of another company. */
export function standing(person) {
  return person?.company ?? (person?.is_guest ? "guest" : "");
}

/** Returns whether a message calls for a person by name. */
export function calls(message, id) {
  const said = JSON.stringify([message.text, message.blocks ?? []]);
  return said.includes(`<@${id}>`) || said.includes(`"user_id":"${id}"`);
}

/** Returns what is special about a channel: archived, shared with whom, without the app. */
export function channelNotes(channel, state) {
  const inside = state.people.filter((each) => channel.members.includes(each.id));
  const companies = [...new Set(inside.map((each) => each.company).filter(Boolean))];
  return [
    channel.is_archived && "archived",
    channel.is_shared && `shared with ${companies.join(" and ") || "another company"}`,
    inside.every((each) => each.name !== APP) && `${APP} is not in this channel`,
  ].filter(Boolean);
}

/** Returns what stands in the sidebar for a channel. */
export function channelTitle(channel) {
  return channel.kind === "im" ? "simsessions" : channel.name;
}

/** Returns a channel's whole name, as it stands over its messages. */
export function channelLabel(channel) {
  const title = channelTitle(channel);
  return channel.kind === "im" ? title : `${channelSign(channel)} ${title}`;
}

/** Returns a channel as one writes it. */
export function channelMention(channel) {
  return channel.kind === "im" ? "Messages with simsessions" : `#${channel.name}`;
}

/** Returns the sign before a channel's name. */
export function channelSign(channel) {
  return { im: "●", private: "◈" }[channel.kind] ?? "#";
}
