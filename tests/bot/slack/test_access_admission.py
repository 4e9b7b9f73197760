"""Who may ask and what they see, as far as Slack must be asked."""

from dataclasses import dataclass

import pytest

from bot.emulators.slack.people import ANA, BEN, CARRIER, CHLOE, DORA, EMIL, GIL, HOME, PARTNER
from bot.errors import NotAllowed
from bot.slack.access import Access, Authorizer, Policies, Policy
from bot.slack.directory import Channels, People, UserGroups

REFUSE, REDACT, ALLOW = Policy
FLEET, SHARED, PRIVATE = "C0FLEETOP", "C0PARTNER", "G0ONCALL1"
SCOPES = {"users:read", "channels:read", "groups:read"}


@dataclass
class Who:
    """Ana in #fleet-ops."""

    user: str | None = ANA.id
    channel: str | None = FLEET
    team: str | None = HOME.id
    enterprise: str | None = None
    in_view: bool = False
    in_shared: bool | None = None


@pytest.fixture
async def admit(client, clock, slack):
    """Make an admission; Slack tells of people and channels."""
    slack.api.scopes |= SCOPES
    made = []

    def admission(access=None, groups=frozenset(), guests=REDACT, shared=REDACT):
        lists = access or Access(HOME.id, enterprise="E1")
        people, channels = People(client, clock), Channels(client, clock)
        read = UserGroups(client, clock, groups)
        made.append(Authorizer(lists, people, channels, read, Policies(guests, shared)))
        return made[-1]

    yield admission
    for each in made:
        await each.aclose()


OURS = [
    Who(),
    Who(user=BEN.id, channel=PRIVATE),
    Who(channel="D0ANADM01"),
    Who(channel=None),
    Who(channel=None, in_view=True),
    Who(team="T9", enterprise="E1"),
]


@pytest.mark.parametrize("who", OURS)
@pytest.mark.parametrize("policy", Policy)
async def test_our_own_people_see_all_for_themselves(admit, who, policy):
    """
    Members are told everything in their own channels, whatever holds for others.
    """
    sight = await admit(guests=policy, shared=policy).sight(who)

    assert sight.left_out is None


HELD = [
    (Who(user=GIL.id), False, "for guests"),
    (Who(user=GIL.id, channel=None), False, "for guests"),
    (Who(user="U0NOBODY"), False, "whether you are a guest"),
    (Who(user=None), False, "whether you are a guest"),
    (Who(channel=SHARED), False, "shared with another company"),
    (Who(channel=SHARED), True, "shared with another company"),
    (Who(channel=FLEET, in_shared=True), False, "shared with another company"),
    (Who(channel=PRIVATE), True, "does not tell me whether this channel"),
    (Who(user=DORA.id, team=PARTNER.id), False, "people of other workspaces"),
    (Who(user=EMIL.id, team=CARRIER.id, channel=None), False, "people of other workspaces"),
    (Who(team="T9", enterprise="E2"), False, "people of other workspaces"),
    (Who(team=None), False, "people of other workspaces"),
]


@pytest.mark.parametrize(("who", "for_all", "why"), HELD)
async def test_others_are_held_to_the_policy(admit, who, for_all, why):
    """
    Redacted they are told why; allowed they see all; refused they get no answer.
    """
    redacted = await admit().sight(who, for_all=for_all)
    allowed = await admit(guests=ALLOW, shared=ALLOW).sight(who, for_all=for_all)
    with pytest.raises(NotAllowed):
        await admit(guests=REFUSE, shared=REFUSE).sight(who, for_all=for_all)

    assert why in redacted.left_out
    assert redacted.left_out.startswith("ICCID, IMEI, cell and location are left out")
    assert allowed.left_out is None


async def test_each_policy_is_for_its_own_kind(admit):
    """
    Refusing guests says nothing of shared channels, and the other way round.
    """
    guest, shared = Who(user=GIL.id), Who(channel=SHARED)

    assert (await admit(guests=REFUSE, shared=ALLOW).sight(shared)).left_out is None
    assert (await admit(guests=ALLOW, shared=REFUSE).sight(guest)).left_out is None


async def test_where_all_is_allowed_slack_is_asked_nothing(admit, slack):
    """
    A question whose answer does not matter is none.
    """
    await admit(guests=ALLOW, shared=ALLOW).sight(Who(), for_all=True)

    assert [] == slack.methods()


async def test_slack_is_asked_once_for_a_person_and_a_channel(admit, slack):
    """
    Whoever asks again waits for nothing.
    """
    admission = admit()
    for _ in range(3):
        await admission.sight(Who(), for_all=True)

    assert ["conversations.info", "users.info"] == sorted(slack.methods())


@pytest.mark.parametrize(
    ("scopes", "for_all", "why"),
    [
        (SCOPES - {"users:read"}, False, "whether you are a guest"),
        ({"users:read"}, True, "whether this channel"),
        ({"users:read"}, False, ""),
    ],
)
async def test_without_a_scope_the_unknown_is_held_back(admit, slack, scopes, for_all, why):
    """
    Nobody is taken for a member, no channel for our own; what one reads alone is for a member.
    """
    slack.api.scopes = frozenset(scopes)

    sight = await admit().sight(Who(), for_all=for_all)

    assert bool(why) is bool(sight.left_out)
    assert why in (sight.left_out or "")


async def test_an_event_tells_of_a_channel_that_slack_does_not(admit):
    """
    Where nothing else is known the event's word counts, either way.
    """
    ours = Who(channel=PRIVATE, in_shared=False)
    theirs = Who(channel=PRIVATE, in_shared=True)

    admission = admit()

    assert (await admission.sight(ours, for_all=True)).left_out is None
    assert "shared" in (await admission.sight(theirs)).left_out
    assert "shared" in (await admission.sight(Who(channel=PRIVATE))).left_out


@pytest.mark.parametrize(
    ("channel", "held"), [(FLEET, False), (SHARED, True), (PRIVATE, True), ("C0NOWHERE", True)]
)
async def test_what_stands_in_a_channel_is_held_to_its_policy(admit, channel, held):
    """
    Whoever asked for it: other companies read it too.
    """
    sight = await admit().sight_in(channel)

    assert held is (sight.left_out is not None)


async def test_nothing_is_posted_where_it_is_refused(admit):
    """
    Nor where nobody knows.
    """
    admission = admit(shared=REFUSE)

    for channel in (SHARED, PRIVATE):
        with pytest.raises(NotAllowed):
            await admission.sight_in(channel)


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
    """
    Whoever is listed or in a group; a group that cannot be read lets nobody in.
    """
    slack.api.scopes |= scopes
    read = UserGroups(client, clock, groups)
    await read.read_all()
    access = Access(HOME.id, users=users, groups=groups)
    people, channels = People(client, clock), Channels(client, clock)
    admission = Authorizer(access, people, channels, read, Policies(ALLOW, ALLOW))

    found = set()
    for person in (ANA, BEN, CHLOE):
        try:
            await admission.sight(Who(user=person.id))
        except NotAllowed:
            continue
        found.add(person.id)

    assert let_in == found
