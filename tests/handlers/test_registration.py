"""Whatever Slack can send back of what we draw, also long ago, somebody listens to."""

import re
from datetime import UTC, datetime

import pytest

from bot.alerts.alert import AlertField
from bot.blocks import ids
from bot.digests.form import FormField
from handlers.interactions import read_value
from tests.recorders import all_that_is_registered

BLOCKS = ("_ACTIONS", "_CHOICE", "_PAGES", "OWNERS")
WINDOWS = ("_VIEW", "_FORM")
READ_ONLY = {ids.SESSION_VIEW, ids.NOTICE_VIEW}
INPUTS = {
    ids.PASTED,
    *ids.PASTED_MORE,
    ids.DIGEST_FIELD,
    ids.ALERT_FIELD,
    ids.IS_RIGHT,
    ids.WHY,
}  # read when their window is sent off
SHORTCUTS = {ids.LOOK_UP_MESSAGE, ids.HAND_OVER}
CONSTANTS = {
    name: value
    for name, value in vars(ids).items()
    if name.isupper() and name[0] != "_" and isinstance(value, str)
}


@pytest.fixture(scope="module")
def attached():
    """What is registered, by kind."""
    return all_that_is_registered()


def actions():
    """The ids of buttons and selects."""
    names = [name for name in CONSTANTS if not name.endswith((*BLOCKS, *WINDOWS))]
    return {CONSTANTS[name] for name in names} - INPUTS - SHORTCUTS


def test_each_button_and_select_has_one_handler(attached):
    """Each is heard by one listener and no more."""
    for action in sorted(actions()):
        assert 1 == attached["action"].count(action), action


def test_each_window_that_is_sent_off_has_its_handler(attached):
    """Those that are only read have none."""
    windows = {value for name, value in CONSTANTS.items() if name.endswith(WINDOWS)}

    assert windows - READ_ONLY == set(attached["view"])


def test_each_shortcut_has_its_handler(attached):
    """And none is listened to that has no id."""
    assert sorted(SHORTCUTS) == sorted(attached["shortcut"])


STANDING = {
    "action": """
        refresh share history map console runbook more retry on_it
        pick csv timeline share_file details choose_session turn_page
        digest_add digest_edit digest_pause digest_resume digest_remove digest_now digest_preview
        digest_details digest_csv triage_details triage_csv triage_share handover_look_up
        watch watch_all stop_watch digest_field_which digest_field_every
        incident_take incident_hand_over incident_snooze incident_mute incident_resolve
        incident_details alert_add alert_edit alert_pause alert_resume alert_remove alert_test
        alert_field_which
    """,
    "options": "digest_field_zone alert_field_zone alert_field_first alert_field_second",
    "view": "paste_view digest_form alert_form hand_over_view mute_view feedback_view",
    "shortcut": "look_up_message hand_over",
    "command": "/simsessions",
    "event": "app_mention message link_shared app_home_opened tokens_revoked app_uninstalled",
}


def test_what_stands_in_slack_is_listened_to(attached):
    """Buttons, modals and shortcuts keep their ids for good: old messages stay where they are."""
    for kind, names in STANDING.items():
        for name in names.split():
            heard = [each for each in attached[kind] if re.fullmatch(each, name)]

            assert 1 == len(heard), (kind, name)
    named = STANDING["action"].split()
    assert set() == actions() - {re.sub(r"_field_\w+$", "_field", name) for name in named}
    assert set(STANDING["view"].split()) == set(attached["view"])


SID = "DE00000000000000000000000000000009"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_the_values_of_buttons_that_stand_in_slack_are_read():
    """Each is written here as an earlier release wrote it."""
    sid = f'"sid":"{SID}"'
    table = (
        (f"{{{sid}}}", ids.Refresh(sid=SID)),
        (f'{{{sid},"shared_by":"U0BEN0001"}}', ids.Refresh(sid=SID, shared_by="U0BEN0001")),
        (f"{{{sid}}}", ids.Share(sid=SID)),
        (f'{{{sid},"asked":"pmp-7 3","days":3}}', ids.PickedSim(sid=SID, asked="pmp-7 3", days=3)),
        (f'{{{sid},"days":7}}', ids.HistoryWindow(sid=SID, days=7)),
        (f'{{{sid},"days":7,"kind":"csv"}}', ids.ShareFile(sid=SID, days=7, kind=ids.FileKind.CSV)),
        (
            f'{{{sid},"days":7,"kind":"png"}}',
            ids.ShareFile(sid=SID, days=7, kind=ids.FileKind.PICTURE),
        ),
        (
            f'{{{sid},"days":30,"start":"2026-03-01T12:00:00Z","channel":"C1"}}',
            ids.Details(sid=SID, days=30, start=NOON, channel="C1"),
        ),
        (
            '{"packed":"AAAAAAAAAAAAAAAAAAAACQAAAAAAAAAAAAAAAAAAAAk="}',
            ids.PackedSims.of([SID, SID]),
        ),
        ('{"id":"ab12"}', ids.StopWatch(id="ab12")),
        (
            '{"channel":"C1","thread":"1.5","response_url":"https://x/1"}',
            ids.ReplyTarget(channel="C1", thread="1.5", response_url="https://x/1"),
        ),
        ('{"root":"1.5"}', ids.Thread(root="1.5")),
        ('{"id":"d1"}', ids.SubscriptionButton(id="d1")),
        ('{"id":"d1","due":"2026-03-01T12:00:00Z"}', ids.DigestRun(id="d1", due=NOON)),
        (
            '{"id":"d1","at":"C1","kept":{"pattern":"pump-*"}}',
            ids.SubscriptionForm(id="d1", at="C1", kept={"pattern": "pump-*"}),
        ),
        ('{"id":"a1","at":"","kept":{}}', ids.SubscriptionForm(id="a1")),
        ('{"id":"i1"}', ids.IncidentButton(id="i1")),
        ('{"id":"i1"}', ids.IncidentTake(id="i1")),
        ('{"id":"i1","seen":"U0BEN0001"}', ids.IncidentTake(id="i1", seen="U0BEN0001")),
        ('{"id":"i1","monday":true}', ids.IncidentSnooze(id="i1", monday=True)),
        ('{"id":"i1","channel":"C1"}', ids.IncidentView(id="i1", channel="C1")),
        ('{"run":"sessions","text":"pump-7"}', ids.Retry(run="sessions", text="pump-7")),
        (
            f'{{{sid},"what":"right","rule":"flapping"}}',
            ids.More(sid=SID, what=ids.Overflow.RIGHT, rule="flapping"),
        ),
        (
            '{"packed":"AAAAAAAAAAAAAAAAAAAACQ==","until":"online","seconds":7200}',
            ids.WatchSims(packed=ids.PackedSims.of([SID]).packed, until="online", seconds=7200),
        ),
    )
    every = {c for c in vars(ids).values() if isinstance(c, type) and issubclass(c, ids.UiState)}

    for value, expected in table:
        assert expected == read_value(type(expected), value), value
    assert {ids.UiState, ids.ButtonValue} == every - {type(expected) for _, expected in table}


def test_the_fields_of_forms_keep_their_names():
    """A form that is open while the bot is updated can still be sent off."""
    names = """
        name which listed listed_2 listed_3 pattern plan status every hours at day cron zone
        quiet_from quiet_to when_quiet channel
    """

    of_alerts = """
        least causes hold interval first mention_from second after begin end webhook
    """

    assert set(names.split()) == set(FormField)
    assert set(of_alerts.split()) == set(AlertField)
    assert ("digest_field", "pasted") == (ids.DIGEST_FIELD, ids.PASTED)
