"""Stages as data: what differs between the laptop and production, and nothing else."""

import platform
from dataclasses import dataclass, replace
from typing import Literal

from infra_cdk.domain import Domain

Architecture = Literal["x86_64", "arm64"]

BUFFERED_INTEGRATION_SECONDS = 29
STREAMING_SECONDS = 900


@dataclass(frozen=True, slots=True)
class FunctionSize:
    """What one function gets: memory, time, and a cap on parallel environments if any."""

    memory_mb: int
    timeout_seconds: int
    reserved_concurrency: int | None = None


@dataclass(frozen=True, slots=True)
class Stage:
    """One way to deploy the app; the stacks read this and never the stage's name."""

    name: str
    regions: tuple[str, ...]
    architecture: Architecture
    bedrock_model: str
    functions: dict[str, FunctionSize]
    is_streaming: bool = False
    is_protected: bool = True
    allow_loopback: bool = False
    trace_enabled: bool = True
    client_read_seconds: int = 3
    api_logging_role: bool = True
    log_retention_days: int = 90
    audit_retention_days: int = 7 * 365 + 2
    spool_retention_days: int = 30
    audit_window_seconds: int = 60
    usage_window_seconds: int = 1
    has_stable_api_ids: bool = False
    # MiniStack refuses AWS::KMS::ReplicaKey: there each region has a key of its own, and tables
    # and secrets cross regions all the same, because it does not check the keys behind them.
    has_multi_region_key: bool = True
    # MiniStack refuses the association of a web ACL, and evaluates none.
    has_web_acl: bool = True
    domain: Domain | None = None

    def __post_init__(self) -> None:
        """Refuse a stage that would be unsafe or could not work.

        Raises:
            ValueError: a protected stage allows loopback providers, has a key per region or has no
                web ACL, a region is missing or named twice, a failover is not between two
                regions, or a time-out cannot be met.
        """
        if not self.regions or len({*self.regions}) != len(self.regions):
            raise ValueError(f"stage {self.name}: needs regions, each once")
        if self.is_protected and not self.has_multi_region_key:
            raise ValueError(f"stage {self.name}: its regions must share one key")
        if self.is_protected and self.allow_loopback:
            raise ValueError(f"stage {self.name}: loopback providers are for the local stage only")
        if self.is_protected and not self.has_web_acl:
            raise ValueError(f"stage {self.name}: its API must stand behind a web ACL")
        if self.domain and self.domain.routing == "failover":
            self.domain.failover_role(self.regions[0], self.regions)
        limit = STREAMING_SECONDS if self.is_streaming else BUFFERED_INTEGRATION_SECONDS
        if self.is_protected and self.functions["gateway"].timeout_seconds > limit:
            raise ValueError(f"stage {self.name}: the gateway may take {limit} s at most")

    @property
    def primary(self) -> str:
        """Name the region that replicated tables and secrets are made in."""
        return self.regions[0]

    def others_than(self, region: str) -> tuple[str, ...]:
        """List the other regions."""
        return tuple(name for name in self.regions if name != region)

    def name_of(self, thing: str) -> str:
        """Spell the name of something that other regions must find: the same in every region.

        CloudFormation cannot replace what has a fixed name, so only what crosses regions has one.
        """
        return f"ironcage-{self.name}-{thing}"

    def api_id(self, region: str) -> str:
        """Name the id that MiniStack shall give a region's API; empty on AWS, which decides."""
        return f"gw-{region}" if self.has_stable_api_ids else ""


_SIZES = {
    "token_authorizer": FunctionSize(memory_mb=256, timeout_seconds=5),
    "gateway": FunctionSize(memory_mb=512, timeout_seconds=BUFFERED_INTEGRATION_SECONDS),
    "control_api": FunctionSize(memory_mb=256, timeout_seconds=30),
    "usage_recorder": FunctionSize(memory_mb=256, timeout_seconds=60),
    "ledger_reaper": FunctionSize(memory_mb=256, timeout_seconds=55),
    "audit_archiver": FunctionSize(memory_mb=256, timeout_seconds=60),
    # A whole processor for the model of injections, which runs on one thread.
    "input_firewall": FunctionSize(memory_mb=1769, timeout_seconds=BUFFERED_INTEGRATION_SECONDS),
    "output_firewall": FunctionSize(memory_mb=1024, timeout_seconds=BUFFERED_INTEGRATION_SECONDS),
}
# What a function needs beside the layers of all: the models are layers of their own, since both of
# them do not fit into one function.
EXTRA_LAYERS: dict[str, tuple[str, ...]] = {
    "input_firewall": ("guardrails", "web"),
    "output_firewall": ("ner", "web"),
}

PROD = Stage(
    name="prod",
    # The first is the primary one. Adding a region is one line here, such as "ap-southeast-1".
    regions=(
        "us-east-1",
        "eu-west-1",
    ),
    architecture="arm64",
    bedrock_model="amazon.nova-lite-v1:0",
    functions=_SIZES,
)

LOCAL_BURST = 16

# The local cloud runs handlers on the host's own architecture, and starts one worker a request:
# the cap keeps a burst from filling the memory of a laptop, and a burst of cold starts on two cores
# takes more than the seconds that AWS needs.
LOCAL = replace(
    PROD,
    name="local",
    architecture="arm64" if platform.machine() in {"arm64", "aarch64"} else "x86_64",
    functions=_SIZES
    | {
        "gateway": FunctionSize(
            memory_mb=512, timeout_seconds=60, reserved_concurrency=LOCAL_BURST
        ),
        "token_authorizer": FunctionSize(memory_mb=256, timeout_seconds=60),
        # As many as the gateway's: a scan that finds no environment blocks its request.
        "input_firewall": FunctionSize(
            memory_mb=1769, timeout_seconds=60, reserved_concurrency=LOCAL_BURST
        ),
        # Each environment unpacks its layers, which are large, for itself.
        "output_firewall": FunctionSize(memory_mb=1024, timeout_seconds=60, reserved_concurrency=4),
    },
    is_protected=False,
    allow_loopback=True,
    trace_enabled=False,
    # One MiniStack on two cores is slower than AWS when a burst of environments starts.
    client_read_seconds=20,
    api_logging_role=False,
    log_retention_days=1,
    audit_retention_days=1,
    spool_retention_days=1,
    audit_window_seconds=5,
    usage_window_seconds=0,
    has_stable_api_ids=True,
    has_multi_region_key=False,
    has_web_acl=False,
)

STAGES = {stage.name: stage for stage in (LOCAL, PROD)}


def stage_named(
    name: str, *, is_streaming: bool = False, regions: str = "", domain: Domain | None = None
) -> Stage:
    """Look up a stage and apply what the context may change about it.

    Args:
        name: `local` or `prod`.
        is_streaming: let API Gateway stream; needs the streaming runtime in the gateway function.
        regions: comma separated, instead of the stage's own list.
        domain: the address in front of every region.

    Raises:
        ValueError: there is no such stage, or it can have no domain.
    """
    if name not in STAGES:
        raise ValueError(f"unknown stage {name!r}: choose one of {', '.join(sorted(STAGES))}")
    stage = replace(STAGES[name], is_streaming=is_streaming)
    if is_streaming:
        sizes = stage.functions | {
            "gateway": replace(stage.functions["gateway"], timeout_seconds=STREAMING_SECONDS)
        }
        stage = replace(stage, functions=sizes)
    if domain and not stage.has_web_acl:
        raise ValueError(f"stage {name} has no edge, so it takes no domain")
    chosen = tuple(regions.split(",")) if regions else stage.regions
    return replace(stage, regions=chosen, domain=domain)
