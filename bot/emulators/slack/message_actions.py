"""What people, and another app's bot, write: messages, replies, edits, links; and take away.

What they type is escaped and marked up here as Slack stores it.
"""

import re
from collections.abc import Iterable

from bot.emulators.slack import payloads
from bot.emulators.slack.actions import ModalActions
from bot.emulators.slack.blocks.whole import named
from bot.emulators.slack.delivery import Delivery
from bot.emulators.slack.faults import SlackError
from bot.emulators.slack.messages import Message, forwarded, numbered
from bot.emulators.slack.payloads import links_in
from bot.emulators.slack.people import GRAFANA, Channel, Json, Person, UserGroup

_MARKED = r"<(?:[@#!][^<>\s]+|https?://[^<>]+|mailto:[^<>]+|tel:[^<>]+)>"
_URL = r"https?://[^\s<>|]*[^\s<>|.,;:!?)\]'\"]"
_MAIL = r"[\w.+-]+@[\w-]+\.[\w.]+"
_PERSON = r"(?<![\w@])@[a-z0-9._-]+"
_CHANNEL = r"(?<!\w)#[a-z0-9_-]+"
_PHONE = r"(?<![\w-])(?:\+\d{1,3}(?:[ -]?\d{2,4}){2,5}|\d{3}[-. ]\d{3}[-. ]\d{4})(?![\w-])"
_TOKEN = re.compile(
    f"(?P<marked>{_MARKED})|(?P<url>{_URL})|(?P<mail>{_MAIL})|(?P<person>{_PERSON})"
    f"|(?P<channel>{_CHANNEL})|(?P<phone>{_PHONE})"
)


def escaped(text: str) -> str:
    """Escape the three characters that Slack's markup claims."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def as_slack_sends(
    text: str,
    people: Iterable[Person],
    channels: Iterable[Channel],
    groups: Iterable[UserGroup] = (),
) -> str:
    """Mark up typed text as it stands in a message event.

    `https://…` becomes `<https://…>`, `@ana` becomes `<@U…>`, `@on-call` becomes `<!subteam^S…>`,
    `#general` becomes `<#C…|general>`, `+1 555 010 0199` becomes `<tel:…|…>`; what is marked
    already stays.
    """
    names = {group.handle: f"<!subteam^{group.id}>" for group in groups}
    names |= {person.name: f"<@{person.id}>" for person in people}
    places = {channel.name: f"<#{channel.id}|{channel.name}>" for channel in channels}

    def mark(found: re.Match[str]) -> str:
        typed, kind = found.group(), found.lastgroup
        if kind == "marked":
            return typed
        plain = escaped(typed)
        return {
            "url": f"<{plain}>",
            "mail": f"<mailto:{plain}|{plain}>",
            "person": names.get(typed[1:], plain),
            "channel": places.get(typed[1:], plain),
            "phone": f"<tel:{re.sub(r'[-. ]', '', typed)}|{plain}>",
        }[kind or ""]

    pieces, end = [], 0
    for found in _TOKEN.finditer(text):
        pieces += [escaped(text[end : found.start()]), mark(found)]
        end = found.end()
    return "".join([*pieces, escaped(text[end:])])


MENTIONED = re.compile(r"<@(\w+)>")
ADD, DISMISS = "add_them", "dismiss"


class MessageActions(ModalActions):
    """Writing, editing and deleting."""

    async def say(
        self,
        user: str,
        channel: str,
        text: str,
        thread_ts: str | None = None,
        *,
        attachments: tuple[Json, ...] = (),
    ) -> Message:
        """Write into a channel or thread as a person; the app hears of it as its scopes allow.

        Previews that the app gave while the text was composed come with it. Raises SlackError:
        is_archived.
        """
        person, place = self.person(user), self._open_channel(user, channel)
        if place.is_archived:
            raise SlackError("is_archived")
        root = self._seen_message(user, thread_ts) if thread_ts else None
        sent = self._marked(text)
        previews = self._take_previews(person, sent)
        message = self.write(
            place.id,
            person.id,
            sent,
            thread_ts=root and (root.thread_ts or root.ts),
            attachments=numbered((*attachments, *previews)),
        )
        shown = {preview["from_url"] for preview in previews}
        fresh = [link for link in self._links(sent) if link["url"] not in shown]
        self._share(person, place, fresh, message)
        self._say_who_is_absent(person, place, message)
        return message

    async def forward(
        self, user: str, ts: str, channel: str, text: str = "", thread_ts: str | None = None
    ) -> Message:
        """Forward a message that all may see to a channel or thread, with a text above it."""
        message = self._seen_message(user, ts)
        if message.ephemeral_to:
            raise KeyError(ts)
        shared = forwarded(message, self.people[message.user], self.channels[message.channel])
        return await self.say(user, channel, text, thread_ts, attachments=(shared,))

    async def edit(self, user: str, ts: str, text: str) -> Message:
        """Change a message of one's own. Raises SlackError: cant_update_message."""
        message = self._own_message(user, ts, "cant_update_message")
        return self.rewrite(message, self._marked(text), message.blocks)

    async def delete(self, user: str, ts: str) -> None:
        """Take a message of one's own away. Raises SlackError: cant_delete_message."""
        self.erase(self._own_message(user, ts, "cant_delete_message"))

    async def alert(
        self,
        channel: str,
        text: str,
        *,
        blocks: Iterable[Json] = (),
        attachments: Iterable[Json] = (),
    ) -> Message:
        """Have another app's bot write as an incoming webhook does: `bot_message`, no user."""
        place = self.channel(channel)
        about: Json = {"username": GRAFANA.real_name, "bot_id": GRAFANA.bot_id}
        message = self.write(
            place.id,
            GRAFANA.id,
            text,
            blocks=list(blocks),
            attachments=numbered(
                one | {"blocks": list(named(one.get("blocks", ()), self.ids))}
                for one in attachments
            ),
            subtype="bot_message",
            extra=about,
        )
        self._share(GRAFANA, place, self._links(text), message)
        return message

    async def compose(self, user: str, channel: str, text: str) -> str | None:
        """Type without sending; return the unfurl_id under which the app may show previews.

        None where no link of the app's domains stands in it.
        """
        person, place = self.person(user), self._open_channel(user, channel)
        links = self._links(self._marked(text))
        if not links:
            return None
        unfurl_id = self.unfurls.of_draft(person.id, links)
        event = payloads.link_shared(
            person, place, links, ts=self._now_ts(), unfurl_id=unfurl_id, source="composer"
        )
        self.link.emit(event)
        return unfurl_id

    async def open_entity(self, user: str, ts: str, url: str) -> str:
        """Click a Work Object in a message; return the trigger. Raises KeyError where none is."""
        person, message = self.person(user), self._seen_message(user, ts)
        trigger = self.triggers.issue(person.id, message.channel)
        entity = self.entities.open(trigger, person.id, url)
        place = self.channels[message.channel]
        now = self._now_ts()
        self.link.emit(payloads.entity_opened(person, place, ts, entity, trigger=trigger, ts=now))
        return trigger

    def _say_who_is_absent(self, person: Person, place: Channel, message: Message) -> None:
        """Have Slackbot say who was mentioned in vain, with the two buttons that Slack offers."""
        mentioned = dict.fromkeys(MENTIONED.findall(message.text))
        absent = [one for one in mentioned if one in self.people and one not in place.members]
        if place.kind == "im" or not absent:
            return
        who = " and ".join(f"<@{one}>" for one in absent)
        where = "private channel" if place.kind == "private" else "channel"
        said = f"You mentioned {who}, but they're not in this {where}."
        buttons = [
            _button(ADD, "Add Them", " ".join((message.ts, *absent))),
            _button(DISMISS, "Dismiss", message.ts),
        ]
        words = {"type": "section", "text": {"type": "mrkdwn", "text": said}}
        blocks = [words, {"type": "actions", "elements": buttons}]
        self._slackbot(person, place, said, blocks=blocks, thread_ts=message.thread_ts)

    def _answer_slackbot(self, person: Person, message: Message, pressed: Json) -> Delivery:
        """Add those who were mentioned, or not; the app then hears of the mention after all."""
        self.erase(message)
        if pressed["action_id"] == ADD:
            ts, *added = pressed["value"].split()
            place = self.put_channel(self.channels[message.channel].with_members(*added))
            for one in added:
                said = f"was added to #{place.name} by {person.real_name}."
                self.write(place.id, one, said, subtype="channel_join")
            mentioning = self._seen_message(person.id, ts)
            told = payloads.of_written(mentioning, place)
            self._emit(event for event in told if event["type"] == "app_mention")
        return Delivery(ok=True)

    def _share(self, person: Person, place: Channel, links: list[Json], message: Message) -> None:
        if not links:
            return
        unfurl_id = self.unfurls.of_message(place.id, message.ts)
        event = payloads.link_shared(
            person,
            place,
            links,
            ts=message.ts,
            unfurl_id=unfurl_id,
            source="conversations_history",
        )
        self.link.emit(event | ({"thread_ts": message.thread_ts} if message.thread_ts else {}))

    def _marked(self, text: str) -> str:
        people, channels = self.people.values(), self.channels.values()
        return as_slack_sends(text, people, channels, self.user_groups.values())

    def _links(self, text: str) -> list[Json]:
        return links_in(text, self.unfurl_domains)

    def _take_previews(self, person: Person, text: str) -> tuple[Json, ...]:
        """Return what the app showed of the links that are sent."""
        urls = {link["url"] for link in self._links(text)}
        previews = self.unfurls.take_drafts(person.id)
        sent = [one for url, one in previews.items() if url in urls]
        return tuple(sent)

    def _own_message(self, user: str, ts: str, refusal: str) -> Message:
        message = self._seen_message(user, ts)
        if message.user != self.person(user).id:
            raise SlackError(refusal)
        return message


def _button(action: str, caption: str, value: str) -> Json:
    text = {"type": "plain_text", "text": caption}
    return {"type": "button", "action_id": action, "text": text, "value": value}
