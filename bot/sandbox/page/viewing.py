"""What a person does in modals and in the app's Home."""

from typing import Literal

from bot.sandbox.page.deed import DONE, Deed, Scene, Selected
from bot.sandbox.slack_api.delivery import Delivery


class ClickInView(Deed):
    """Press or choose something in the open modal."""

    block_id: str
    action_id: str
    selected: Selected = None

    async def do(self, scene: Scene) -> Delivery:
        """Tell the app of it."""
        return await scene.workspace.click_in_view(
            self.user, self.block_id, self.action_id, selected=self.selected
        )


class Submit(Deed):
    """Send the open modal off; `values` is by block id and action id."""

    values: dict[str, dict[str, Selected]]

    async def do(self, scene: Scene) -> Delivery:
        """Send it to the app."""
        return await scene.workspace.submit_view(self.user, self.values)


class Close(Deed):
    """Close the open modal."""

    async def do(self, scene: Scene) -> Delivery:
        """Close it; the app hears of it where it asked to."""
        return await scene.workspace.close_view(self.user)


class OpenHome(Deed):
    """Open the app's Home or Messages tab."""

    tab: Literal["home", "messages"] = "home"

    async def do(self, scene: Scene) -> Delivery:
        """Let the app know; it publishes what is to be seen."""
        await scene.workspace.open_home(self.user, self.tab)
        return DONE


class ClickInHome(Deed):
    """Press or choose something in the app's Home."""

    block_id: str
    action_id: str
    selected: Selected = None

    async def do(self, scene: Scene) -> Delivery:
        """Tell the app of it."""
        return await scene.workspace.click_home(
            self.user, self.block_id, self.action_id, selected=self.selected
        )
