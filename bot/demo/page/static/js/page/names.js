/** Who is who and what is what, for mentions and selects. */

const APP = "simsessions";

/** Returns the look-up that renderers use. */
export function namesOf(state) {
  const people = new Map(state.people.map((each) => [each.id, each]));
  const channels = new Map(state.channels.map((each) => [each.id, each]));
  const groups = new Map((state.user_groups ?? []).map((each) => [each.id, each]));
  return {
    group: (id) => groups.get(id),
    mentionable: () => [
      ...state.people.filter((each) => each.name === APP).map(addressed),
      ...state.people.filter((each) => !each.is_bot).map(addressed),
      ...[...groups.values()].map((each) => ({ handle: each.handle, title: each.name })),
    ],
    me: state.user.id,
    person: (id) => people.get(id),
    channel: (id) => channels.get(id),
    people: () => state.people.filter((each) => !each.is_bot),
    places: () => state.channels.filter((each) => !each.is_archived),
    channels: () => state.channels.filter((each) => each.kind !== "im" && !each.is_archived),
  };
}

function addressed({ name, real_name: title }) {
  return { handle: name, title };
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
