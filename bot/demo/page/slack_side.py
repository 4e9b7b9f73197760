"""How the page has Slack deliver events: as it should, twice, backwards, late."""

from enum import StrEnum

from bot.emulators.slack.courier import Courier, DeliveryFaults

LATE_SECONDS = 600


class Post(StrEnum):
    """How events are delivered."""

    WELL = "well"
    TWICE = "twice"
    BACKWARDS = "backwards"
    LATE = "late"


TITLES = {
    Post.WELL: "Once, in order, at once",
    Post.TWICE: "Every event twice",
    Post.BACKWARDS: "The last one first",
    Post.LATE: "10 minutes late",
}
HOW = {
    Post.WELL: DeliveryFaults(),
    Post.TWICE: DeliveryFaults(twice=True),
    Post.BACKWARDS: DeliveryFaults(backwards=True),
    Post.LATE: DeliveryFaults(late_seconds=LATE_SECONDS),
}


class SlackSide:
    """Changes how the courier of the local stand-in delivers."""

    def __init__(self, courier: Courier) -> None:
        self._courier = courier
        self._post = Post.WELL

    @property
    def post(self) -> Post:
        """How it delivers now."""
        return self._post

    def become(self, post: Post) -> None:
        """Deliver so from now on."""
        self._post = post
        self._courier.mischief = HOW[post]
