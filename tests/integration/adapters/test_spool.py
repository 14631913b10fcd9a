"""The spool tells a record that is gone from a bucket that does not answer."""

from collections.abc import Iterator

import pytest
from botocore.exceptions import ReadTimeoutError

from ironcage.adapters.dead_letters import SqsDeadLetters
from ironcage.adapters.spool import S3SpoolReader, SpoolNotice, read_notices
from ironcage.core.errors import MalformedBody, NotFound, StoreUnavailable
from support.aws_mocked import a_client, emulated_aws

NOTICE = SpoolNotice("spool/a.json", 0)


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> Iterator[S3SpoolReader]:
    with emulated_aws(monkeypatch):
        a_client("s3").create_bucket(Bucket="spool")
        yield S3SpoolReader(a_client("s3"), "spool")


def test_record_is_read_back(reader: S3SpoolReader) -> None:
    a_client("s3").put_object(Bucket="spool", Key=NOTICE.key, Body=b"{}")

    assert reader.read(NOTICE) == "{}"


def test_record_that_is_gone_is_not_found(reader: S3SpoolReader) -> None:
    with pytest.raises(NotFound):
        reader.read(NOTICE)


def test_record_that_is_no_text_is_malformed(reader: S3SpoolReader) -> None:
    a_client("s3").put_object(Bucket="spool", Key=NOTICE.key, Body=b"\xff\xfe\x80")

    with pytest.raises(MalformedBody):
        reader.read(NOTICE)


def test_bucket_that_does_not_answer_is_unavailable(reader: S3SpoolReader) -> None:
    a_client("s3").delete_bucket(Bucket="spool")

    with pytest.raises(StoreUnavailable):
        reader.read(NOTICE)


class SilentClient:
    """A client whose service never answers."""

    def get_object(self, **_: str) -> None:
        """Time out."""
        raise ReadTimeoutError(endpoint_url="https://s3")

    def send_message(self, **_: object) -> None:
        """Time out."""
        raise ReadTimeoutError(endpoint_url="https://sqs")


def test_time_out_is_unavailable() -> None:
    silent = SilentClient()

    with pytest.raises(StoreUnavailable):
        S3SpoolReader(silent, "spool").read(NOTICE)  # type: ignore[arg-type]  # a stand-in
    with pytest.raises(StoreUnavailable):
        SqsDeadLetters(silent, "url").send("x", code="C")  # type: ignore[arg-type]  # a stand-in


@pytest.mark.parametrize("body", ["", "not json", "[]", '{"request_id": "req_1"}', "[" * 100_000])
def test_message_that_s3_did_not_write_is_no_notice(body: str) -> None:
    assert read_notices(body) is None
