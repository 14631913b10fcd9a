"""The archiver's parts, opened once per environment on first use."""

from functools import cache

from ironcage.adapters.clients import open_client
from ironcage.adapters.objects import S3BatchArchive
from ironcage.audit import AuditArchiver
from ironcage.core import Settings


@cache
def archiver() -> AuditArchiver:
    """Open the archiver over the audit bucket."""
    settings = Settings.from_environment()
    client = open_client("s3", read_seconds=10.0)
    return AuditArchiver(S3BatchArchive(client, settings.audit_bucket))
