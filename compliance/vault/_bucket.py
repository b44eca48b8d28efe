"""Bytes in a bucket of any server that speaks S3: versions, conditional writes, Object Lock."""

import base64
import hashlib
import logging
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
from django.conf import settings
from django.utils import timezone

from compliance.vault import _address
from compliance.vault.storage import AWAY, CHUNK, Content, Readable, Unavailable, disk_errors

logger = logging.getLogger(__name__)
# Bytes of a part: what is held in memory at most, and what one broken connection costs.
PART = 16 * 1024 * 1024
_ABSENT = {"404", "NoSuchKey", "NotFound"}
_THERE_ALREADY = {"412", "PreconditionFailed", "409", "ConditionalRequestConflict"}


class Bucket:
    """Objects named by key in one bucket. Nothing is overwritten unless it is not what it was."""

    def __init__(self, url: str, *, copies: Path) -> None:
        self.where = _address.read(
            url, key=settings.STORAGE_ACCESS_KEY, secret=settings.STORAGE_SECRET_KEY
        )
        self.copies = copies
        self.client = _client(self.where)

    def keep(self, key: str, content: Content) -> None:
        with _outages():
            if self._put(key, content, IfNoneMatch="*") or self._holds(key, content):
                return
            # Other bytes stand under this name: the new ones become the object's next version.
            self._put(key, content)

    @contextmanager
    def open(self, key: str) -> Iterator[Readable]:
        with _outages():
            body = self.client.get_object(**self._at(key))["Body"]
            try:
                yield _Body(body)
            finally:
                body.close()

    def local(self, key: str) -> Path:
        copy = self.copies / key
        if copy.exists():
            os.utime(copy)  # the sweep takes what nobody asked for in a while
            return copy
        copy.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=copy.parent)
        try:
            with disk_errors(), os.fdopen(handle, "wb") as file, self.open(key) as stream:
                while chunk := stream.read(CHUNK):
                    file.write(chunk)
            Path(temporary).replace(copy)
        finally:
            Path(temporary).unlink(missing_ok=True)
        return copy

    def forget_local(self, key: str) -> None:
        (self.copies / key).unlink(missing_ok=True)

    def exists(self, key: str) -> bool:
        try:
            with _outages():
                self.client.head_object(**self._at(key))
        except FileNotFoundError:
            return False
        return True

    def delete(self, key: str) -> None:
        self.forget_local(key)
        with _outages():
            self.client.delete_object(**self._at(key))

    def every(self) -> Iterator[str]:
        pages = self.client.get_paginator("list_objects_v2")
        with _outages():
            for page in pages.paginate(Bucket=self.where.bucket, Prefix=self.where.prefix):
                for each in page.get("Contents", []):
                    yield each["Key"].removeprefix(self.where.prefix)

    def sweep(self, before: float) -> int:
        """Abort uploads in parts that a crash left, and drop copies that nobody asked for."""
        begun = datetime.fromtimestamp(before, UTC)
        pages = self.client.get_paginator("list_multipart_uploads")
        swept = 0
        with _outages():
            for page in pages.paginate(Bucket=self.where.bucket, Prefix=self.where.prefix):
                for each in page.get("Uploads", []):
                    if each["Initiated"] < begun:
                        self.client.abort_multipart_upload(
                            Bucket=self.where.bucket, Key=each["Key"], UploadId=each["UploadId"]
                        )
                        swept += 1
        for copy in self.copies.rglob("*"):
            if copy.is_file() and copy.stat().st_mtime < before:
                copy.unlink(missing_ok=True)
        return swept

    def check(self) -> None:
        with _outages():
            self.client.head_bucket(Bucket=self.where.bucket)

    def _at(self, key: str) -> dict[str, str]:
        return {"Bucket": self.where.bucket, "Key": self.where.prefix + key}

    def _put(self, key: str, content: Content, **condition: str) -> bool:
        """Return False when the condition does not hold: something stands there already."""
        try:
            if content.size <= PART:
                self._put_whole(key, content, condition)
            else:
                self._put_in_parts(key, content, condition)
        except ClientError as error:
            if condition and _code(error) in _THERE_ALREADY:
                return False
            raise
        return True

    def _put_whole(self, key: str, content: Content, condition: dict[str, str]) -> None:
        checksum = base64.b64encode(bytes.fromhex(content.sha256)).decode()
        self.client.put_object(
            **self._at(key),
            Body=content.path.read_bytes(),
            ChecksumAlgorithm="SHA256",
            ChecksumSHA256=checksum,
            **self._facts(content),
            **condition,
        )

    def _put_in_parts(self, key: str, content: Content, condition: dict[str, str]) -> None:
        """No more than one part is in memory. Until the last call there is no object at all."""
        at = self._at(key)
        begun = self.client.create_multipart_upload(
            **at, ChecksumAlgorithm="SHA256", **self._facts(content)
        )
        upload = {**at, "UploadId": begun["UploadId"]}
        try:
            parts = [self._put_part(upload, *each) for each in _parts(content.path)]
            made = self.client.complete_multipart_upload(
                **upload, MultipartUpload={"Parts": parts}, **condition
            )
        except BaseException:
            self._abort(upload)
            raise
        self._see_to_lock(at, made)

    def _see_to_lock(self, at: dict[str, str], made: dict[str, Any]) -> None:
        """Some servers forget the retention that was named when the parts began."""
        if not self.where.days:
            return
        version = {"VersionId": made["VersionId"]} if made.get("VersionId") else {}
        if not self.client.head_object(**at, **version).get("ObjectLockMode"):
            retention = {"Mode": self.where.lock, "RetainUntilDate": self._until()}
            self.client.put_object_retention(
                **at, **version, Retention=retention, ChecksumAlgorithm="SHA256"
            )

    def _until(self) -> datetime:
        return timezone.now() + timedelta(days=self.where.days)

    def _put_part(self, upload: dict[str, str], number: int, data: bytes) -> dict[str, Any]:
        checksum = base64.b64encode(hashlib.sha256(data).digest()).decode()
        sent = self.client.upload_part(
            **upload, PartNumber=number, Body=data, ChecksumSHA256=checksum
        )
        return {"PartNumber": number, "ETag": sent["ETag"], "ChecksumSHA256": checksum}

    def _abort(self, upload: dict[str, str]) -> None:
        try:
            self.client.abort_multipart_upload(**upload)
        except (BotoCoreError, ClientError):
            return  # the sweep aborts it

    def _facts(self, content: Content) -> dict[str, Any]:
        facts: dict[str, Any] = {
            "ContentType": content.media_type,
            "Metadata": {"sha256": content.sha256},
        }
        if self.where.encryption:
            facts["ServerSideEncryption"] = self.where.encryption
        if self.where.days:
            facts["ObjectLockMode"] = self.where.lock
            facts["ObjectLockRetainUntilDate"] = self._until()
        return facts

    def _holds(self, key: str, content: Content) -> bool:
        """Whether exactly these bytes stand there: they are read, for a label proves nothing."""
        digest = hashlib.sha256()
        try:
            with self.open(key) as stream:
                while chunk := stream.read(CHUNK):
                    digest.update(chunk)
        except FileNotFoundError:
            return False
        return digest.hexdigest() == content.sha256


class _Body:
    """The answer's body, whose breaking off is an outage and never a damaged file."""

    def __init__(self, body: Any) -> None:
        self.body = body

    def read(self, size: int, /) -> bytes:
        with _outages():
            data: bytes = self.body.read(size)
            return data


def _client(where: _address.Address) -> Any:
    return boto3.client(
        "s3",
        endpoint_url=where.endpoint or None,
        region_name=where.region,
        aws_access_key_id=where.key or None,
        aws_secret_access_key=where.secret or None,
        config=Config(
            connect_timeout=5,
            read_timeout=60,
            retries={"mode": "standard", "max_attempts": 3},
            s3={"addressing_style": where.style},
            # Servers that are not Amazon's know fewer checksums; ours are named call by call.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        ),
    )


def _parts(path: Path) -> Iterator[tuple[int, bytes]]:
    number = 1
    with path.open("rb") as file:
        while data := file.read(PART):
            yield number, data
            number += 1


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


@contextmanager
def _outages() -> Iterator[None]:
    """What is absent is FileNotFoundError; whatever else the server says or does not is an outage."""
    try:
        yield
    except ClientError as error:
        if _code(error) in _ABSENT:
            raise FileNotFoundError(_code(error)) from error
        logger.exception("the bucket refused")
        raise Unavailable(AWAY) from error
    except (BotoCoreError, HTTPClientError) as error:
        logger.exception("the bucket does not answer")
        raise Unavailable(AWAY) from error
