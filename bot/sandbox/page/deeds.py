"""Every deed by the name under which the page posts it."""

from bot.sandbox.page import conversing, directing, viewing
from bot.sandbox.page.deed import Deed

DEEDS: dict[str, type[Deed]] = {
    "say": conversing.Say,
    "compose": conversing.Compose,
    "edit": conversing.Edit,
    "delete": conversing.Delete,
    "command": conversing.Command,
    "shortcut": conversing.Shortcut,
    "click": conversing.Click,
    "suggest": conversing.Suggest,
    "click-view": viewing.ClickInView,
    "submit": viewing.Submit,
    "close": viewing.Close,
    "home": viewing.OpenHome,
    "click-home": viewing.ClickInHome,
    "kore": directing.MakeKore,
    "turn": directing.Turn,
    "post": directing.MakePost,
    "bot": directing.MakeBot,
    "alert": directing.Alert,
}
