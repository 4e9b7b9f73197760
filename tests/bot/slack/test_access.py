"""Who may ask and what they see: by the lists, and as far as Slack must be asked."""

import pytest

from bot.emulators.slack.people import ANA, BEN, CARRIER, CHLOE, DORA, EMIL, GIL, HOME, PARTNER
from bot.errors import AskedTooOften, NotAllowed
from bot.slack.access import (
    ALL,
    MANY,
    Access,
    Actor,
    Authorizer,
    Policies,
    Policy,
    UserRateLimit,
    lookup_cost,
    visibility,
)
from bot.slack.directory import Channels, People, UserGroups

REFUSE, REDACT, ALLOW = Policy
FLEET, SHARED, PRIVATE = "C0FLEETOP", "C0PARTNER", "G0ONCALL1"
SCOPES = {"users:read", "channels:read", "groups:read"}


def who(team="T1", user="U1", channel="C1", enterprise=None, **more):
    """Somebody of the home workspace in a channel."""
    return Actor(team, enterprise, user, channel, **more)


AT_HOME = Access("T1")
LISTED = Access("T1", users=frozenset({"U1", "U2"}), channels=frozenset({"C1"}))
TEAMS = Access("T1", teams=frozenset({"T2", "E9"}))


def test_who_is_let_in_by_the_lists():
    """People of the home workspace, or whoever is on every list that is kept."""
    for access, actor in (
        (AT_HOME, who()),
        (AT_HOME, who(user="U9", channel="C9")),
        (AT_HOME, who(channel=None)),
        (LISTED, who()),
        (LISTED, who(user="U2")),
        (LISTED, who(channel=None, in_view=True)),
        (TEAMS, who(team="T2")),
        (TEAMS, who(team="T3", enterprise="E9")),
    ):
        assert actor is access.check(actor), (access, actor)


def test_who_is_refused_by_the_lists():
    """Foreign workspaces, people and channels off the list, and whoever is unknown."""
    for access, actor, sentence in (
        (AT_HOME, None, "who you are"),
        (AT_HOME, who(user=None), "who you are"),
        (AT_HOME, who(user=""), "who you are"),
        (LISTED, None, "who you are"),
        (LISTED, who(user=None), "who you are"),
        (AT_HOME, who(team="T2"), "workspace"),
        (AT_HOME, who(team=None), "workspace"),
        (AT_HOME, who(team=None, enterprise="E9"), "workspace"),
        (AT_HOME, who(team="T2", enterprise="T1x"), "workspace"),
        (LISTED, who(team="T2"), "workspace"),
        (LISTED, who(user="U3"), "list"),
        (LISTED, who(channel="C2"), "here"),
        (LISTED, who(channel=None), "here"),
        (LISTED, who(user="U3", in_view=True), "list"),
        (TEAMS, who(team="T1"), "workspace"),
        (TEAMS, who(team="T3", enterprise="E8"), "workspace"),
        (TEAMS, who(team=None), "workspace"),
    ):
        with pytest.raises(NotAllowed) as refused:
            access.check(actor)

        assert sentence in refused.value.sentence, (access, actor)


def test_a_policy_refuses_redacts_or_allows():
    """The refusal is that of the case; a redaction is one sentence for the small print."""
    with pytest.raises(NotAllowed, match="Not you"):
        visibility(REFUSE, "Not you.", "for you")
    redacted = visibility(REDACT, "Not you.", "for you")

    assert "ICCID, IMEI, cell and location are redacted for you." == redacted.redaction
    assert ALL == visibility(ALLOW, "Not you.", "for you")
    assert ALL.redaction is None


@pytest.fixture
async def authorizer(client, clock, slack):
    """Make an authorizer that lets in all workspaces; Slack tells of people and channels."""
    slack.api.scopes |= SCOPES
    made = []

    def make(guests=REDACT, shared=REDACT):
        teams = frozenset({HOME.id, PARTNER.id, CARRIER.id, "T9"})
        access = Access(HOME.id, teams=teams, enterprise="E1")
        people, channels = People(client, clock), Channels(client, clock)
        groups = UserGroups(client, clock, frozenset())
        made.append(Authorizer(access, people, channels, groups, Policies(guests, shared)))
        return made[-1]

    yield make
    for each in made:
        await each.aclose()


def ana(user=ANA.id, channel=FLEET, team=HOME.id, enterprise=None, **more):
    """Ana in #fleet-ops."""
    return Actor(team, enterprise, user, channel, **more)


OURS = [
    ana(), ana(user=BEN.id, channel=PRIVATE), ana(channel="D0ANADM01"), ana(channel=None),
    ana(channel=None, in_view=True), ana(team="T9", enterprise="E1"),
]  # fmt: skip


async def test_our_own_people_see_all_for_themselves(authorizer):
    """Members are told everything in their own channels, whatever holds for others."""
    for policy in Policy:
        for actor in OURS:
            found = await authorizer(guests=policy, shared=policy).authorize(actor)

            assert found.redaction is None, (policy, actor)


HELD = [
    (ana(user=GIL.id), False, "for guests"),
    (ana(user=GIL.id, channel=None), False, "for guests"),
    (ana(user="U0NOBODY"), False, "whether you are a guest"),
    (ana(channel=SHARED), False, "shared with another company"),
    (ana(channel=SHARED), True, "shared with another company"),
    (ana(channel=FLEET, in_shared=True), False, "shared with another company"),
    (ana(channel=PRIVATE), True, "`/invite @simsessions` lets me see"),
    (ana(user=DORA.id, team=PARTNER.id), False, "people of other workspaces"),
    (ana(user=EMIL.id, team=CARRIER.id, channel=None), False, "people of other workspaces"),
    (ana(team="T9", enterprise="E2"), False, "people of other workspaces"),
]


@pytest.mark.parametrize(("actor", "for_all", "why"), HELD)
async def test_others_are_held_to_the_policy(authorizer, actor, for_all, why):
    """Redacted they are told why; allowed they see all; refused they get no answer."""
    redacted = await authorizer().authorize(actor, for_all=for_all)
    allowed = await authorizer(guests=ALLOW, shared=ALLOW).authorize(actor, for_all=for_all)
    with pytest.raises(NotAllowed):
        await authorizer(guests=REFUSE, shared=REFUSE).authorize(actor, for_all=for_all)

    assert why in redacted.redaction
    assert redacted.redaction.startswith("ICCID, IMEI, cell and location are redacted")
    assert allowed.redaction is None


async def test_the_unknown_are_refused_whatever_the_policy(authorizer, slack):
    """Nobody, no person, no workspace, and one that is not ours: Slack is not even asked."""
    for policy in Policy:
        for actor in (None, ana(user=None), ana(user=""), ana(team=None), ana(team="T8")):
            with pytest.raises(NotAllowed):
                await authorizer(guests=policy, shared=policy).authorize(actor)

    assert [] == slack.methods()


async def test_each_policy_is_for_its_own_kind(authorizer):
    """Refusing guests says nothing of shared channels, and the other way round."""
    in_shared = await authorizer(guests=REFUSE, shared=ALLOW).authorize(ana(channel=SHARED))
    of_guest = await authorizer(guests=ALLOW, shared=REFUSE).authorize(ana(user=GIL.id))

    assert (None, None) == (in_shared.redaction, of_guest.redaction)


async def test_where_all_is_allowed_slack_is_asked_nothing(authorizer, slack):
    """A question whose answer does not matter is none."""
    await authorizer(guests=ALLOW, shared=ALLOW).authorize(ana(), for_all=True)

    assert [] == slack.methods()


async def test_slack_is_asked_once_for_a_person_and_a_channel(authorizer, slack):
    """Whoever asks again waits for nothing."""
    one = authorizer()
    for _ in range(3):
        await one.authorize(ana(), for_all=True)

    assert ["conversations.info", "users.info"] == sorted(slack.methods())


@pytest.mark.parametrize(
    ("scopes", "for_all", "why"),
    [
        (SCOPES - {"users:read"}, False, "whether you are a guest"),
        ({"users:read"}, True, "whether this channel"),
        ({"users:read"}, False, ""),
    ],
)
async def test_without_a_scope_the_unknown_is_held_back(authorizer, slack, scopes, for_all, why):
    """Nobody is taken for a member, no channel for our own; what one reads alone is a member's."""
    slack.api.scopes = frozenset(scopes)

    found = await authorizer().authorize(ana(), for_all=for_all)

    assert bool(why) is bool(found.redaction)
    assert why in (found.redaction or "")


async def test_an_event_tells_of_a_channel_that_slack_does_not(authorizer):
    """Where nothing else is known the event's word counts, either way."""
    ours = ana(channel=PRIVATE, in_shared=False)
    theirs = ana(channel=PRIVATE, in_shared=True)
    one = authorizer()

    assert (await one.authorize(ours, for_all=True)).redaction is None
    assert "shared" in (await one.authorize(theirs)).redaction
    assert "shared" in (await one.authorize(ana(channel=PRIVATE))).redaction


async def test_what_stands_in_a_channel_is_held_to_its_policy(authorizer):
    """Whoever asked for it: other companies read it too. Where nobody knows, it is held as well."""
    for channel, held in ((FLEET, False), (SHARED, True), (PRIVATE, True), ("C0NOWHERE", True)):
        found = await authorizer().authorize_channel(channel)

        assert held is (found.redaction is not None), channel
    for channel in (SHARED, PRIVATE):
        with pytest.raises(NotAllowed):
            await authorizer(shared=REFUSE).authorize_channel(channel)


GROUP = frozenset({"S0ONCALL1"})


@pytest.mark.parametrize(
    ("users", "groups", "scopes", "let_in"),
    [
        (frozenset(), GROUP, {"usergroups:read"}, {ANA.id, CHLOE.id}),
        (frozenset({BEN.id}), GROUP, {"usergroups:read"}, {ANA.id, BEN.id, CHLOE.id}),
        (frozenset({BEN.id}), GROUP, set(), {BEN.id}),
        (frozenset(), GROUP, set(), set()),
        (frozenset(), frozenset({"S0OTHER"}), {"usergroups:read"}, set()),
        (frozenset({BEN.id}), frozenset(), {"usergroups:read"}, {BEN.id}),
        (frozenset(), frozenset(), set(), {ANA.id, BEN.id, CHLOE.id}),
    ],
)
async def test_groups_let_their_members_in(  # noqa: PLR0913, PLR0917 -- one table
    client, clock, slack, users, groups, scopes, let_in
):
    """Whoever is listed or in a group; a group that cannot be read lets nobody in."""
    slack.api.scopes |= scopes
    read = UserGroups(client, clock, groups)
    await read.read_all()
    access = Access(HOME.id, users=users, groups=groups)
    people, channels = People(client, clock), Channels(client, clock)
    one = Authorizer(access, people, channels, read, Policies(ALLOW, ALLOW))

    found = set()
    for person in (ANA, BEN, CHLOE):
        try:
            await one.authorize(ana(user=person.id))
        except NotAllowed:
            continue
        found.add(person.id)

    assert let_in == found


@pytest.fixture
def rate(clock):
    """Six a minute: one every ten seconds."""
    return UserRateLimit(6, clock)


def taken(rate, person="U1", cost=1):
    """Return whether a look-up is allowed."""
    try:
        rate.take(person, cost * MANY)
    except AskedTooOften:
        return False
    return True


def test_as_many_as_a_minute_has_may_come_at_once(rate):
    """Six at once, and not a seventh."""
    assert [True] * 6 + [False] == [taken(rate) for _ in range(7)]


def test_one_more_is_free_after_its_share_of_the_minute(rate, clock):
    """Every ten seconds there is another one, never more than six."""
    spent = [taken(rate) for _ in range(6)]
    clock.move(9)
    too_soon = taken(rate)
    clock.move(1)
    then = [taken(rate), taken(rate)]
    clock.move(3600)

    assert [True] * 6 == spent
    assert not too_soon
    assert [True, False] == then
    assert [True] * 6 + [False] == [taken(rate) for _ in range(7)]


def test_each_person_has_their_own(rate):
    """Nobody pays for somebody else."""
    assert all(taken(rate, "U1") for _ in range(6))
    assert taken(rate, "U2")


def test_the_sentence_says_when_to_try_again(rate, clock):
    """It counts the seconds; a channel is told once a minute, one person always."""
    rate.take("U1", 6 * MANY)
    clock.move(4)

    said = []
    for channel in ("C1", "C1", "C2", "C1", "C2", None, None):
        with pytest.raises(AskedTooOften) as refused:
            rate.take("U1", where=channel)
        assert "6 s" in refused.value.sentence
        said.append(refused.value.is_said)

    assert [False, True, False, True, True, False, False] == said


def test_a_minute_later_it_is_said_again(rate, clock):
    """Whoever asks too often again is told again."""
    refusals = []
    for _ in range(2):
        with pytest.raises(AskedTooOften) as refused:
            [rate.take("U1", 6 * MANY) for _ in range(2)]
        refusals.append(refused.value.is_said)
        clock.move(61)

    assert [False, False] == refusals


def test_what_costs_more_than_there_ever_is_takes_all(rate):
    """A triage of many goes with a full bucket, and leaves it empty."""
    assert taken(rate, cost=100)
    assert not taken(rate)


def test_many_at_once_count_sensibly():
    """Twenty SIMs together count as one look-up."""
    for sims, cost in ((0, 1), (1, 1), (20, 1), (21, 2), (200, 10), (10_000, 500)):
        assert cost == lookup_cost(sims), (sims, cost)
