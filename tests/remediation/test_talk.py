"""The task's page: comments in Markdown with files, and one line of time, however long."""

import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from openpyxl import load_workbook

from compliance.remediation import activity, services
from compliance.remediation.models import Comment, Task
from compliance.remediation.services import NewTask
from tests.remediation.conftest import png


def test_a_comment_brings_a_file_and_calls_somebody(task, bob, alice, browse):
    upload = SimpleUploadedFile("설정 화면.png", png())
    form = {"text": "**확인** 바랍니다 @앨리스", "files": upload}
    answer = browse(bob).post(f"/o/manna/tasks/{task.number}/comment/", form, follow=True)
    page = answer.content.decode()
    assert "<strong>확인</strong>" in page
    assert "설정 화면.png" in page
    file = Comment.objects.get().files.get()
    address = f"/o/manna/tasks/{task.number}/files/{file.pk}/"
    got = browse(alice).get(address)
    assert b"".join(got.streaming_content) == png()
    assert "sandbox" in got["Content-Security-Policy"]


def test_a_file_of_a_comment_is_nobody_elses(task, bob, sam, alice, browse):
    upload = SimpleUploadedFile("a.png", png())
    browse(bob).post(f"/o/manna/tasks/{task.number}/comment/", {"files": upload})
    file = Comment.objects.get().files.get()
    other = services.create(task.organisation, NewTask("다른 것"), by=alice)
    assert browse(sam).get(f"/o/manna/tasks/{task.number}/files/{file.pk}/").status_code == 404
    assert browse(bob).get(f"/o/manna/tasks/{other.number}/files/{file.pk}/").status_code == 404


@pytest.mark.parametrize("form", [{}, {"text": "  "}, {"text": "x" * 10_001}])
def test_nothing_and_too_much_is_refused(task, bob, browse, form):
    assert browse(bob).post(f"/o/manna/tasks/{task.number}/comment/", form).status_code == 409
    assert not Comment.objects.exists()


def test_a_refused_file_leaves_no_comment(task, bob, browse):
    form = {"text": "첨부", "files": SimpleUploadedFile("x.exe", b"MZ" + b"\0" * 200)}
    assert browse(bob).post(f"/o/manna/tasks/{task.number}/comment/", form).status_code == 409
    assert not Comment.objects.exists()


def test_a_preview_is_as_safe_as_the_comment(bob, manna, browse):
    answer = browse(bob).post("/o/manna/tasks/preview/", {"text": "**a** <script>x</script>"})
    assert answer.content.decode() == (
        '<div class="gp-md"><p><strong>a</strong> &lt;script&gt;x&lt;/script&gt;</p>\n</div>'
    )


def test_a_thousand_comments_are_read_a_page_at_a_time(task, bob, browse):
    now = timezone.now()
    Comment.objects.bulk_create(
        Comment(task=task, by=bob, text=f"의견 {n}", at=now - timedelta(seconds=n))
        for n in range(1000)
    )
    seen, before = [], ""
    while True:
        page = activity.activity(task, reader=bob.memberships.get(), before=before, only="comments")
        seen += [each.comment.text for each in page.happenings]
        if not page.older:
            break
        before = page.older
    assert seen == [f"의견 {n}" for n in range(1000)]
    first = browse(bob).get(f"/o/manna/tasks/{task.number}/").content.decode()
    assert first.count('class="said"') == activity.PAGE
    bad = browse(bob).get(f"/o/manna/tasks/{task.number}/activity/?before=nonsense&only=x")
    assert bad.status_code == 200


def test_what_is_filtered_leaves_as_a_table_that_nobody_runs(manna, alice, adopted, browse):
    services.create(manna, NewTask("=cmd|' /C calc'!A0"), by=alice)
    services.create(manna, NewTask("망분리"), by=alice)
    client = browse(alice)
    text = client.get("/o/manna/tasks/export.csv?q=calc").content.decode("utf-8-sig")
    assert "'=cmd" in text
    assert "망분리" not in text
    book = load_workbook(io.BytesIO(client.get("/o/manna/tasks/export.xlsx").content))
    rows = list(book.active.values)
    assert (len(rows), rows[2][2]) == (3, "망분리")
    assert Task.objects.count() == 2


def test_markdown_with_a_script_is_text_on_the_page(task, bob, browse):
    text = "<script>alert(1)</script> [x](javascript:alert(1)) <img src=x onerror=alert(1)>"
    browse(bob).post(f"/o/manna/tasks/{task.number}/comment/", {"text": text})
    page = browse(bob).get(f"/o/manna/tasks/{task.number}/").content.decode()
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert 'href="javascript:' not in page
