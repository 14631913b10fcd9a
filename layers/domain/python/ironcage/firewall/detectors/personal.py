"""All checks of personal data under the names that rules use."""

from collections.abc import Callable, Mapping

from ironcage.firewall.detectors.national import EUROPEAN_CHECKS
from ironcage.firewall.detectors.national_world import WORLD_CHECKS
from ironcage.firewall.detectors.phones import (
    phone,
    phone_dialled_abroad,
    phone_international,
)
from ironcage.firewall.detectors.records import RECORD_CHECKS
from ironcage.firewall.detectors.wallets import wallet

PERSONAL_CHECKS: Mapping[str, Callable[[str], int]] = {
    "phone": phone,
    "phone_dialled_abroad": phone_dialled_abroad,
    "phone_international": phone_international,
    "wallet": wallet,
    **EUROPEAN_CHECKS,
    **RECORD_CHECKS,
    **WORLD_CHECKS,
}
