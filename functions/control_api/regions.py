"""Where a tenant is operated: in its home region, where its money and its secrets are written."""

from dataclasses import dataclass

from ironcage.core.errors import HomeRegionElsewhere


@dataclass(frozen=True, slots=True)
class Regions:
    """The region where we run, and all of the stage.

    One writer per tenant: the money of a tenant cannot be in a transaction of another region, and
    two regions that write one replicated item at once would lose one of the writes.
    """

    own: str
    every: tuple[str, ...]

    def check_home(self, home_region: str) -> None:
        """Refuse what belongs to another region.

        Raises:
            HomeRegionElsewhere: the home is not here; the details name it.
        """
        if home_region != self.own:
            raise HomeRegionElsewhere(home_region=home_region)
