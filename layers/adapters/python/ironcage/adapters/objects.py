"""S3: the audit archive (Object Lock) and the spool of records that the topic refused."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from ironcage.adapters.clients import failures, no_answer, open_client
from ironcage.audit import AuditBatch
from ironcage.core import Clock, iso_utc
from ironcage.core.errors import StoreUnavailable

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

SPOOL_PREFIX = "spool/"
_EXISTS = "PreconditionFailed"


class S3BatchArchive:
    """`BatchArchive`: a key is written once; the same batch again finds itself and is content."""

    def __init__(self, client: "S3Client", bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def put(self, batch: AuditBatch) -> None:
        """Keep a batch under its key.

        Raises:
            StoreUnavailable: the bucket did not answer.
        """
        from botocore.exceptions import ClientError  # noqa: PLC0415 - lazy client

        try:
            self._client.put_object(
                Bucket=self._bucket,
                Key=batch.key,
                Body=batch.body,
                ContentType="application/x-ndjson",
                IfNoneMatch="*",
            )
        except ClientError as exc:
            if exc.response["Error"]["Code"] != _EXISTS:
                raise StoreUnavailable(store="audit") from exc
        except no_answer() as exc:
            raise StoreUnavailable(store="audit") from exc


class SpoolOnDemand:
    """The spool, whose client is opened when the topic first refuses a record."""

    def __init__(self, bucket: str, clock: Clock) -> None:
        self._bucket = bucket
        self._clock = clock

    def put(self, record: Mapping[str, object]) -> None:
        """Keep a record.

        Raises:
            StoreUnavailable: the bucket did not answer.
        """
        S3Spool(open_client("s3"), self._bucket, self._clock).put(record)


class S3Spool:
    """The second way in: each object is one record, and the bucket tells the recorder of it."""

    def __init__(self, client: "S3Client", bucket: str, clock: Clock) -> None:
        self._client = client
        self._bucket = bucket
        self._clock = clock

    def put(self, record: Mapping[str, object]) -> None:
        """Keep a record for the recorder.

        Raises:
            StoreUnavailable: the bucket did not answer.
        """
        moment, name = iso_utc(self._clock.now_ms()), record.get("request_id", "unknown")
        try:
            self._client.put_object(
                Bucket=self._bucket,
                Key=f"{SPOOL_PREFIX}{moment}-{name}.json",
                Body=json.dumps(record, separators=(",", ":")).encode(),
                ContentType="application/json",
            )
        except failures() as exc:
            raise StoreUnavailable(store="spool") from exc
