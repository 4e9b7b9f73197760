"""Slack's text, drawn as Slack draws it and never as markup."""

DRAW = """async ([module, name, args]) => {
  const drawn = (await import(`/static/js/text/${module}.js`))[name](...args);
  return drawn.innerHTML ?? drawn.textContent;
}"""
NAMES = """{
  me: "U0ANA0001",
  person: (id) => ({ U0BEN0001: { name: "ben" }, U0ANA0001: { name: "ana" } })[id],
  channel: (id) => ({ C0GENERAL: { name: "general" } })[id],
}"""
MRKDWN = f"""async ([text, how]) => {{
  const {{ mrkdwn }} = await import("/static/js/text/mrkdwn.js");
  const {{ showDatesFor }} = await import("/static/js/text/dates.js");
  showDatesFor({{ locale: "en-GB", tz: "UTC" }});
  return mrkdwn(text, {NAMES}, how).innerHTML;
}}"""

PLAIN = """async (text) => {
  const { plain } = await import("/static/js/text/mrkdwn.js");
  return plain(text).textContent;
}"""


def link(url, text):
    """A link as it is drawn."""
    return f'<a href="{url}" target="_blank" rel="noopener noreferrer">{text}</a>'


def mention(name, me=""):
    """A mention as it is drawn."""
    return f'<span class="mention{me}">{name}</span>'


STYLES = {
    "plain": "plain",
    "*bold*": "<b>bold</b>",
    "_italic_": "<i>italic</i>",
    "~struck~": "<s>struck</s>",
    "`code`": "<code>code</code>",
    "*_both_*": "<b><i>both</i></b>",
    "*bold* and *bold*": "<b>bold</b> and <b>bold</b>",
    "(*bold*), _it_.": "(<b>bold</b>), <i>it</i>.",
    "*a <https://x.example|link *with* stars> b*": "<b>a "
    + link("https://x.example/", "link *with* stars").replace("example/", "example")
    + " b</b>",
    "`*not bold*`": "<code>*not bold*</code>",
    "```*not*\n  bold```": "<pre>*not*\n  bold</pre>",
    "before ```pre``` after": "before <pre>pre</pre> after",
    "&gt; quoted\nnot": "<blockquote>quoted</blockquote>not",
    "> one\n> two": "<blockquote>one\ntwo</blockquote>",
    ">>> all\nof it": "<blockquote>all\nof it</blockquote>",
    "truck-42 *is online* — LTE": "truck-42 <b>is online</b> — LTE",
}
LEFT_ALONE = [
    "2*3*4",
    "snake_case_name",
    "a * b * c",
    "*open",
    "* spaced *",
    "**",
    "*two\nlines*",
    "~",
    "`open",
    "``",
    "12:30:45",
    ":no_such_emoji:",
    "a_b and c_d",
    "310-260-40482-1243",
]
ENTITIES = {
    "<https://x.example/a?b=1&amp;c=2|a link>": link("https://x.example/a?b=1&amp;c=2", "a link"),
    "<https://x.example>": link("https://x.example", "https://x.example"),
    "<mailto:a@x.example|a@x.example>": link("mailto:a@x.example", "a@x.example"),
    "<tel:+15550100199|+1 555 010 0199>": link("tel:+15550100199", "+1 555 010 0199"),
    "see https://x.example/y.": f"see {link('https://x.example/y', 'https://x.example/y')}.",
    "<@U0BEN0001>": mention("@ben"),
    "<@U0ANA0001>": mention("@ana", " me"),
    "<@U0NOBODY|zed>": mention("@zed"),
    "<#C0GENERAL|general>": mention("#general"),
    "<!here>": mention("@here", " me"),
    "<!subteam^S1|@oncall>": mention("@oncall"),
    "<!date^1767614520^{date_num} {time_secs}|then>": '<time datetime="2026-01-05T12:02:00.000Z" '
    'title="Monday, 5 January 2026 at 12:02:00 UTC" data-template="{date_num} {time_secs}">'
    "2026-01-05 12:02:00</time>",
    "<!date^1767614520^{no_such_token}|then>": "then",
    "&amp;amp; &lt;b&gt;": "&amp;amp; &lt;b&gt;",
    ":truck: is up": "🚚 is up",
    ":earth_americas::truck:": "🌎🚚",
    "_:arrow_up: 3_": "<i>⬆️ 3</i>",
    "10:00 :red_circle:": '10:00 <span class="emoji dot red" role="img" '
    'aria-label="red circle" title="red circle"></span>',
    "⚠️": '<span class="emoji tile warn" role="img" aria-label="warning" title="warning"></span>',
    ":flag-mx: 🇺🇸": '<span class="emoji flag" role="img" aria-label="flag of MX">MX</span> '
    '<span class="emoji flag" role="img" aria-label="flag of US">US</span>',
}
HARMLESS = {
    "<script>alert(1)</script>": "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<javascript:alert(1)|click>": "&lt;javascript:alert(1)|click&gt;",
    "<data:text/html,x|click>": "&lt;data:text/html,x|click&gt;",
    '<img src=x onerror="alert(1)">': '&lt;img src=x onerror="alert(1)"&gt;',
    "&lt;img src=x&gt;": "&lt;img src=x&gt;",
    '<https://x.example/"onclick="alert(1)|x>': link(
        "https://x.example/&quot;onclick=&quot;alert(1)", "x"
    ),
    "<>": "&lt;&gt;",
    "<": "&lt;",
    "<@|>": mention("@"),
}


async def test_mrkdwn(page):
    """Styles, links, mentions, dates and emoji become what Slack shows; the rest stays text."""
    plain = {text: text for text in LEFT_ALONE}
    for text, expected in {**STYLES, **ENTITIES, **HARMLESS, **plain}.items():
        assert expected == await page.evaluate(MRKDWN, [text, {}]), text
    url = "https://x.example"
    assert url == await page.evaluate(MRKDWN, [url, {"verbatim": True}])


async def test_plain_text_means_nothing(page):
    """In plain_text every character stands for itself."""
    for text in ("*not* _styled_", "<@U0BEN0001>", "&amp;", "<b>"):
        assert text == await page.evaluate(PLAIN, text)


MARKDOWN = {
    "# Title": "<h3>Title</h3>",
    "a\n\nb": "<p>a</p><p>b</p>",
    "**bold** *it* _it_ ~~s~~ `c`": "<p><b>bold</b> <i>it</i> <i>it</i> <s>s</s> "
    "<code>c</code></p>",
    "- a\n- b\n  - c": "<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>",
    "1. a\n2. b": "<ol><li>a</li><li>b</li></ol>",
    "> a\n> b": "<blockquote><p>a\nb</p></blockquote>",
    "---": "<hr>",
    "```js\n1 < 2\n```": "<pre>1 &lt; 2</pre>",
    "[x](https://x.example)": f"<p>{link('https://x.example', 'x')}</p>",
    "[x](javascript:alert)": "<p><span>x</span></p>",
    "<b>no</b>": "<p>&lt;b&gt;no&lt;/b&gt;</p>",
    "| A | B |\n|---|---|\n| 1 | 2 |": '<div class="scroller"><table class="grid"><thead><tr>'
    '<th scope="col">A</th><th scope="col">B</th></tr></thead><tbody><tr><td>1</td><td>2</td>'
    "</tr></tbody></table></div>",
    "snake_case_name 2*3*4": "<p>snake_case_name 2*3*4</p>",
    "- [x] done": '<ul><li><input type="checkbox" disabled="" checked="">done</li></ul>',
}


async def test_markdown(page):
    """Standard Markdown is drawn; HTML in it stays text."""
    for text, expected in MARKDOWN.items():
        assert expected == await page.evaluate(DRAW, ["markdown", "markdown", [text]]), text
