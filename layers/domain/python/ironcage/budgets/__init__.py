"""Budgets: pots, holds, settlements and usage records."""

from ironcage.budgets.ledger import next_step
from ironcage.budgets.model import (
    EXPIRY_SLACK_MS,
    HOLD_GRACE_MS,
    MAX_HOLDS,
    Granted,
    Hold,
    Pot,
    PotKey,
    PotState,
    Presumed,
    Reservation,
    Settled,
    Settlement,
)
from ironcage.budgets.ports import PotStore, TokenSwitch, UsageLog
from ironcage.budgets.recording import Recorded, UsageBatch, UsageRecorder
from ironcage.budgets.service import LedgerService, SettlementBatch
from ironcage.budgets.usage import UsageRecord, read_record

__all__ = [
    "EXPIRY_SLACK_MS",
    "HOLD_GRACE_MS",
    "MAX_HOLDS",
    "Granted",
    "Hold",
    "LedgerService",
    "Pot",
    "PotKey",
    "PotState",
    "PotStore",
    "Presumed",
    "Recorded",
    "Reservation",
    "Settled",
    "Settlement",
    "SettlementBatch",
    "TokenSwitch",
    "UsageBatch",
    "UsageLog",
    "UsageRecord",
    "UsageRecorder",
    "next_step",
    "read_record",
]
