from django.urls import path

from compliance.requirements.views import (
    assessments,
    bulk,
    library,
    relations,
    versions,
    writing,
)

app_name = "requirements"
_both = "requirements/versions/<str:old>...<str:new>/"
_done = "requirements/versions/carried/<int:carry_over>/"
_detail = "requirements/<slug:profile>/<str:code>/"
urlpatterns = [
    path("profiles/", library.index, name="library"),
    path("profiles/<int:pk>/", library.profile, name="profile"),
    path("requirements/", assessments.index, name="list"),
    path("requirements/adopt/", assessments.adopt, name="adopt"),
    path("requirements/readiness/", assessments.readiness, name="readiness"),
    path("requirements/bulk/", bulk.change, name="bulk"),
    path("requirements/bulk/undo/", bulk.undo, name="bulk-undo"),
    path("requirements/versions/", versions.index, name="versions"),
    path(_both, versions.difference, name="difference"),
    path(f"{_both}plan/", versions.plan, name="plan"),
    path(f"{_both}carry-over/", versions.carry_over, name="carry-over"),
    path(_done, versions.look, name="to-look-at"),
    path(f"{_done}tick/", versions.tick, name="tick"),
    path(f"{_done}untick/", versions.untick, name="untick"),
    path(_detail, assessments.detail, name="detail"),
    path(f"{_detail}statement/", assessments.statement, name="statement"),
    path(f"{_detail}verdict/", assessments.verdict, name="verdict"),
    path(f"{_detail}assign/", assessments.assign, name="assign"),
    path(f"{_detail}borrow/", relations.borrow, name="borrow"),
    path(f"{_detail}relate/", relations.relate, name="relate"),
    path(f"{_detail}relations/<int:edge>/remove/", relations.unrelate, name="unrelate"),
    path(f"{_detail}draft/", writing.draft, name="draft"),
    path(f"{_detail}writing/", writing.writing, name="writing"),
    path(f"{_detail}history/", writing.history, name="history"),
    path(f"{_detail}comment/", writing.comment, name="comment"),
]
