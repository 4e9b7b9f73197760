"""What setting up a digest and an alert share: form, rows, buttons, what confirms a change."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any, TypeVar

from bot.blocks import ids
from bot.blocks.format import MRKDWN, NOTICE
from bot.blocks.kit import (
    Block,
    Screen,
    View,
    actions,
    button,
    clean,
    confirmed,
    context,
    input_block,
    modal,
    screen,
    section,
)
from bot.digests.subscription import PauseReason, Subscribed
from bot.sims.identifier import unquoted
from bot.struct import Struct

Name = TypeVar("Name", bound=StrEnum)
MOST = 20
_LABEL = 40
PAUSED = {
    PauseReason.ASKED: "paused",
    PauseReason.ARCHIVED: "paused, because its channel is archived",
    PauseReason.NOT_IN_CHANNEL: "paused, because I am not in its channel",
    PauseReason.NOT_ALLOWED: "paused, because I may not post in its channel",
}
_WHY = {
    PauseReason.ARCHIVED: "is archived. Edit it to post elsewhere, then resume it.",
    PauseReason.NOT_IN_CHANNEL: "no longer has me in it. Type `/invite @simsessions` there, "
    "then resume it.",
    PauseReason.NOT_ALLOWED: "does not let me post such answers. Ask its admins, or edit it "
    "to post elsewhere, then resume it.",
}


def time_picker(at: str) -> Block:
    """Return a time to choose, `HH:MM`; "" for none yet."""
    return {"type": "timepicker"} | ({"initial_time": at} if at else {})


def conversation_select(channel: str, kinds: Sequence[str]) -> Block:
    """Return a choice of the conversations that the person is in; kinds: public, private, im."""
    element: Block = {"type": "conversations_select", "filter": {"include": list(kinds)}}
    return element | ({"initial_conversation": channel} if channel else {})


class SetupBlocks(Struct):
    """What is the same of both; `noun` begins the ids of their buttons, `field` those of fields.

    `form` is the id of their window. `about` says what one is, `stays` what removing it leaves,
    `others` what else its buttons are: labels, and the words of what they do.
    """

    noun: str
    field: str
    form: str
    about: Callable[[Any], str]
    stays: str
    others: tuple[tuple[str, str], ...]

    def block_of(self, name: StrEnum) -> str:
        """Return the block id, and action id, of a field."""
        return f"{self.field}_{name.value}"

    def action(self, word: str) -> str:
        """Return the action id of the button that does what a word says: `digest_pause`."""
        return f"{self.noun}_{word}"

    def title_of(self, form: ids.SubscriptionForm) -> str:
        """Return the window's title."""
        return f"{'New' if form.id is None else 'Edit'} {self.noun}"

    def input(self, name: Name, label: str, element: Block, **more: Any) -> tuple[Name, Block]:  # noqa: ANN401 -- as `input_block` has them
        """Return a field of the form."""
        return name, input_block(self.block_of(name), label, element, **more)

    def form_view(
        self,
        form: ids.SubscriptionForm,
        fields: Iterable[tuple[Name, Block]],
        faults: Mapping[Name, str],
        note: Sequence[Block],
    ) -> View:
        """Draw the form, `note` on top, each fault beneath its field."""
        blocks = list(note)
        for name, block in fields:
            blocks.append(block)
            if name in faults:
                said = context(f"⚠️ {MRKDWN.sentence(faults[name])}")
                blocks.append(said | {"block_id": f"{block['block_id']}_fault"})
        title = self.title_of(form)
        return modal(self.form, title, blocks, form, submit="Save", close="Cancel")

    def checking_view(self, form: ids.SubscriptionForm) -> View:
        """Say that KORE is being asked."""
        asking = section("Asking KORE which SIMs these are…")
        return modal(ids.NOTICE_VIEW, self.title_of(form), [asking])

    def errors_of(self, faults: Mapping[Name, str]) -> dict[str, str]:
        """Return the faults as Slack takes them in answer to a form that was sent off: plain."""
        return {self.block_of(name): unquoted(sentence) for name, sentence in faults.items()}

    def rows(self, every: Sequence[Subscribed], words: Sequence[str]) -> list[Block]:
        """Draw them one beneath the other, two blocks each; `words` are said of each."""
        blocks: list[Block] = []
        for number, (one, said) in enumerate(zip(every[:MOST], words, strict=False), start=1):
            blocks += [section(said), self.buttons(one, number)]
        if len(every) > MOST:
            name = MRKDWN.code(f"/simsessions {self.noun} edit <name>")
            blocks.append(context(f"{len(every) - MOST} more; edit one by its name: {name}"))
        return blocks

    def buttons(self, one: Subscribed, number: int) -> Block:
        """Return what can be done with one."""

        def press(label: str, word: str) -> Block:
            action, name = ids.numbered(self.action(word), number), clean(one.name, _LABEL)
            return button(label, action, f"{label} {name}", _carried(one))

        other, sure = "Resume" if one.paused else "Pause", f"Remove {clean(one.name, _LABEL)}?"
        remove, answers = press("Remove", "remove"), ("Remove", "Keep")
        row = [
            press("Edit", "edit"),
            press(other, other.lower()),
            *(press(*each) for each in self.others),
            confirmed(remove, sure, self.stays, answers, style="danger"),
        ]
        return actions(f"{self._actions}_{number}", row)

    def announced_screen(self, one: Subscribed, person: str, deed: str, more: str = "") -> Screen:
        """Tell the channel who did what with one."""
        notice = f"The {self.noun} {NOTICE.data(one.name)} was {deed}"
        said = f"<@{person}> {deed} the {self.noun} {self.about(one)}{more}"
        return screen(notice, [context(said)])

    def choice_screen(self, sentence: str, near: Sequence[Subscribed], action: str) -> Screen:
        """Ask which one is meant."""
        picks = [
            button(
                clean(one.name, _LABEL),
                ids.numbered(action, number),
                f"Choose {clean(one.name, _LABEL)}",
                _carried(one),
            )
            for number, one in enumerate(near, start=1)
        ]
        asked = section(f"🔎 {MRKDWN.sentence(sentence)}")
        blocks = [asked, actions(self._actions, picks) if picks else None]
        return screen(NOTICE.sentence(sentence), blocks)

    def sure_screen(self, one: Subscribed) -> Screen:
        """Ask before one is removed."""
        remove = button("Remove", self.action("remove"), "Remove it", _carried(one))
        remove["style"] = "danger"
        text = section(f"Remove the {self.noun} {self.about(one)}? {self.stays}")
        asked = f"Remove the {self.noun} {NOTICE.data(one.name)}?"
        return screen(asked, [text, actions(self._actions, [remove])])

    def paused_screen(self, one: Subscribed) -> Screen:
        """Tell who made one that it is paused, why, and what to do."""
        why = _WHY.get(one.paused or PauseReason.ASKED, "does not accept it.")
        notice = f"I paused the {self.noun} {NOTICE.data(one.name)}: its channel {why}"
        text = f"⏸ I paused your {self.noun} {self.about(one)}: <#{one.channel}> {why}"
        return screen(notice, [section(text), self.buttons(one, 1)])

    def add_screen(self, sentence: str) -> Screen:
        """Say something, with a button that makes a new one."""
        said = section(MRKDWN.sentence(sentence))
        return screen(NOTICE.sentence(sentence), [said, self.add_row()])

    def done_screen(self, one: Subscribed, words: str) -> Screen:
        """Say to the asker what was done with one; `words` follow its name and are our own."""
        named = MRKDWN.strong(MRKDWN.data(one.name))
        return screen(f"{NOTICE.data(one.name)} {words}", [section(f"{named} {words}")])

    def add_row(self) -> Block:
        """Return the button that makes a new one."""
        add = button(f"New {self.noun}…", self.action("add"), f"Make a new {self.noun}")
        return actions(self._actions, [add])

    @property
    def _actions(self) -> str:
        return f"{self.noun}_actions"


def _carried(one: Subscribed) -> ids.SubscriptionButton:
    return ids.SubscriptionButton(id=one.id)
