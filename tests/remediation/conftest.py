"""scan({"U-01": "취약"}) imports a check of order-web-01; `task` is what its failure opened."""

import io
from datetime import timedelta

import pytest
from django.utils import timezone

from compliance.evidence import services as evidence_room
from compliance.evidence.services import Upload
from compliance.remediation import deciding, services
from compliance.remediation.models import Task
from compliance.scans import services as scans

HEADER = "점검일시,호스트명,항목코드,점검항목,중요도,점검결과,현황\n"


def png(colour: int = 0) -> bytes:
    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (4, 4), (colour, 10, 10)).save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def scan(manna, alice, adopted):
    """Each scan says that it ran a minute after the one before."""
    clock = iter(range(1000))

    def do(results: dict[str, str], *, severity: str = "상", by=alice):
        at = timezone.localtime() - timedelta(hours=10) + timedelta(minutes=next(clock))
        rows = [
            f"{at:%Y-%m-%d %H:%M:%S},order-web-01,{code},점검 {code},{severity},{result},현재 설정"
            for code, result in results.items()
        ]
        content = (HEADER + "\n".join(rows) + "\n").encode()
        return scans.import_now(manna, io.BytesIO(content), name="kisa.csv", by=by)[0]

    return do


@pytest.fixture
def task(scan) -> Task:
    """order-web-01 lets root sign in from afar."""
    scan({"U-01": "취약"})
    return Task.objects.get()


@pytest.fixture
def proof(manna, bob):
    return evidence_room.add(manna, [Upload(io.BytesIO(png()), "sshd_config.png")], by=bob).evidence


@pytest.fixture
def fixed(task, bob, proof) -> Task:
    """bob set PermitRootLogin no and shows it."""
    services.start(task, by=bob)
    services.fix(task, action_taken="PermitRootLogin no", after="no", evidence=[proof], by=bob)
    return task


@pytest.fixture
def accept(alice, olga):
    """accept(task, until): alice asks to live with it, olga agrees."""

    def do(task: Task, until, reason: str = "관리망에서만 접속됩니다."):
        asked = deciding.ask_acceptance(task, reason=reason, until=until, by=alice)
        deciding.approve_acceptance(asked, by=olga)
        return asked

    return do


@pytest.fixture
def new(manna, alice):
    """new("title", …) is a task that alice opens by hand."""

    def do(title: str = "조치", *, by=alice, **facts) -> Task:
        return services.create(manna, services.NewTask(title, **facts), by=by)

    return do


def fresh(task: Task) -> Task:
    return Task.objects.get(pk=task.pk)
