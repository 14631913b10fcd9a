"""The spool's way out: S3 tells a queue of each record that the topic had refused."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import unquote_plus

from ironcage.adapters.clients import no_answer
from ironcage.core.errors import MalformedBody, NotFound, StoreUnavailable

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_TEST_EVENT = "s3:TestEvent"
_GONE = {"NoSuchKey", "404"}


@dataclass(frozen=True, slots=True)
class SpoolNotice:
    """One object that S3 told of, and since when it is there."""

    key: str
    stored_at_ms: int


def read_notices(body: str) -> list[SpoolNotice] | None:
    """Read the body of a queue message; None when S3 did not write it.

    Raises:
        MalformedBody: it looks like a notification of S3, but is none.
    """
    try:
        message = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(message, dict) or not message.keys() & {"Records", "Event"}:
        return None
    if message.get("Event") == _TEST_EVENT:
        return []
    try:
        return [_notice(record) for record in message["Records"]]
    except (KeyError, TypeError, ValueError) as exc:
        raise MalformedBody from exc


class S3SpoolReader:
    """Reads spooled records back."""

    def __init__(self, client: "S3Client", bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def read(self, notice: SpoolNotice) -> str:
        """Read one record's text.

        Raises:
            NotFound: the object is gone.
            MalformedBody: it is no UTF-8.
            StoreUnavailable: the bucket did not answer.
        """
        from botocore.exceptions import ClientError  # noqa: PLC0415 - lazy client

        try:
            answer = self._client.get_object(Bucket=self._bucket, Key=notice.key)
            return answer["Body"].read().decode()
        except UnicodeDecodeError as exc:
            raise MalformedBody from exc
        except ClientError as exc:
            if exc.response["Error"]["Code"] in _GONE:
                raise NotFound from exc
            raise StoreUnavailable(store="spool") from exc
        except no_answer() as exc:
            raise StoreUnavailable(store="spool") from exc


def _notice(record: dict[str, dict[str, dict[str, str]]]) -> SpoolNotice:
    moment = datetime.fromisoformat(str(record["eventTime"]))
    key = unquote_plus(record["s3"]["object"]["key"])
    return SpoolNotice(key, round(moment.timestamp() * 1000))
