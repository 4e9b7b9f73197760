"""Payloads of any shape: the keys that are read somewhere, with whatever JSON can hold."""

from hypothesis import strategies as st

# fmt: off
KEYS = (
    "action", "actions", "attachments", "blocks", "bot_id", "channel", "channel_id",
    "channel_type", "command", "container", "edited", "elements", "enterprise",
    "enterprise_id", "event", "event_id", "event_time", "event_ts", "fallback", "fields",
    "files", "hidden", "id", "is_ephemeral", "is_ext_shared_channel", "links", "message",
    "message_ts", "pasted", "private_metadata", "response_url", "rows", "selected_option",
    "source", "state", "subtype", "tab", "team", "team_id", "text", "thread_ts", "title",
    "trigger_id", "ts", "type", "unfurl_id", "url", "user", "user_id", "value", "values",
    "view", "digest_field_name",
)
WORDS = (
    "app_home_opened", "app_mention", "block_actions", "button", "event_callback", "home",
    "im", "link", "message", "rich_text_section", "C1", "T1", "U1", "1700000000.000100",
)
# fmt: on
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
JSON = st.recursive(
    LEAVES | st.sampled_from(WORDS),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4)
    ),
    max_leaves=20,
)
BODIES = st.dictionaries(st.sampled_from(KEYS), JSON, max_size=8)
