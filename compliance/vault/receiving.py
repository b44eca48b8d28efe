"""Files of forms and of the API: written straight to where they will be kept, hashed meanwhile."""

import hashlib
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.core.files.uploadhandler import FileUploadHandler

from compliance.accounts.models import Organisation, User
from compliance.vault import layout, uploads
from compliance.vault.arrivals import Received
from compliance.vault.models import Upload
from compliance.vault.storage import Readable, disk_errors

if TYPE_CHECKING:
    _Uploaded = UploadedFile[Any]  # generic in the stubs alone
else:
    _Uploaded = UploadedFile


class ArrivedFile(TemporaryUploadedFile):
    """A file of a form in the folder of arrivals; gone with the request unless the vault keeps it."""

    sha256 = ""

    def __init__(
        self, name: str | None, content_type: str | None, charset: str | None, extra: Any
    ) -> None:
        with disk_errors():
            file = tempfile.NamedTemporaryFile(dir=layout.incoming())  # noqa: SIM115 - closed with the request
        UploadedFile.__init__(self, file, name, content_type, 0, charset, extra)


class FinishedFile(_Uploaded):
    """A file that came in pieces and is here whole; to a form it looks like any other."""

    def __init__(self, upload: Upload) -> None:
        super().__init__(None, upload.name, size=upload.size)
        self.upload = upload


class Handler(FileUploadHandler):
    """Django's upload handler for what is too large for memory."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.digest = hashlib.sha256()
        self.file = ArrivedFile(
            self.file_name, self.content_type, self.charset, self.content_type_extra
        )

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.digest.update(raw_data)
        with disk_errors():
            self.file.write(raw_data)

    def file_complete(self, file_size: int) -> ArrivedFile:
        self.file.seek(0)
        self.file.size = file_size
        self.file.sha256 = self.digest.hexdigest()
        return self.file

    def upload_interrupted(self) -> None:
        if hasattr(self, "file"):
            self.file.close()


def stream_of(file: "UploadedFile[Any]") -> Readable | Received:
    """Return what the vault's `store` takes: without a copy where the file lies there already."""
    if isinstance(file, FinishedFile):
        return Received(uploads.path_of(file.upload))
    if isinstance(file, ArrivedFile):
        file.flush()
        return Received(Path(file.temporary_file_path()), file.sha256)
    return file.file  # type: ignore[return-value]


def finished(organisation: Organisation, tokens: Iterable[str], *, by: User) -> list[FinishedFile]:
    """Return the uploads of *tokens* as files of a form. Raises Refused when one is not whole."""
    return [FinishedFile(each) for each in uploads.whole(organisation, tokens, by=by)]


def clear(files: "Iterable[UploadedFile[Any]]") -> None:
    """Forget uploads in pieces after they were kept."""
    for each in files:
        if isinstance(each, FinishedFile):
            uploads.end(each.upload)
