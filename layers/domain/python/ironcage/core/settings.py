"""Settings: the one place that reads the environment.

The field names are the contract with the CDK app (a test compares both sides).
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class Settings:
    """What a function may be told from outside: `IRONCAGE_` + the field name in capitals."""

    stage: str = "local"
    region: str = "us-east-1"
    regions: str = "us-east-1"
    ledger_endpoints: str = ""
    tables_control: str = ""
    tables_ledger: str = ""
    tables_runtime: str = ""
    tables_activity: str = ""
    tokens_signing_secret: str = ""
    clients_read_seconds: str = "3"
    providers_vault_path: str = "ironcage/"
    providers_allow_loopback: str = "false"
    records_topic: str = ""
    records_spool_bucket: str = ""
    audit_bucket: str = ""
    audit_hash_secret: str = ""
    firewall_access: str = "token"
    kms_key: str = ""
    usage_dead_letter_queue: str = ""
    firewall_input_function: str = ""
    firewall_output_function: str = ""
    trace_enabled: str = "false"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> "Settings":
        """Read every `IRONCAGE_*` variable that is set; the rest keeps its default."""
        source = os.environ if environment is None else environment
        names = [field.name for field in fields(cls)]
        given = {name: source[variable_of(name)] for name in names if variable_of(name) in source}
        return cls(**given)

    def all_regions(self) -> tuple[str, ...]:
        """List the regions of this stage; the first is the primary one."""
        return tuple(self.regions.split(","))

    def other_regions(self) -> tuple[str, ...]:
        """List the regions of this stage but ours."""
        return tuple(name for name in self.all_regions() if name != self.region)

    def ledger_endpoint(self, region: str) -> str | None:
        """Find the address that replaces the usual one of a region's ledger.

        The setting holds `region=address` pairs, comma separated: for a private endpoint in the
        home region, or to stand in for one.
        """
        pairs = (pair.partition("=") for pair in self.ledger_endpoints.split(","))
        return {name: address for name, _, address in pairs if address}.get(region)


def variable_of(field: str) -> str:
    """Name the environment variable of a settings field."""
    return f"IRONCAGE_{field.upper()}"
