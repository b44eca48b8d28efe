from django.urls import path

from compliance.applications.views import applications, changes, rounds, scope, verdicts

ONE = "applications/<slug:number>/"
ROUND = f"{ONE}rounds/<int:round>/"

app_name = "applications"
urlpatterns = [
    path("applications/", applications.list_, name="list"),
    path("applications/new/", applications.create, name="create"),
    path(ONE, applications.detail, name="detail"),
    path(f"{ONE}edit/", applications.edit, name="edit"),
    path(f"{ONE}scope/", scope.scope, name="scope"),
    path(f"{ONE}preflight/", applications.preflight_, name="preflight"),
    path(f"{ONE}change/", changes.declare, name="declare-change"),
    path(ROUND, rounds.round_, name="round"),
    path(f"{ROUND}verdicts/", verdicts.table, name="verdicts"),
    path(f"{ROUND}verdicts/import/", verdicts.import_, name="import-verdicts"),
    path(f"{ROUND}verdicts/<str:code>/answer/", rounds.answer, name="answer"),
    *[
        path(f"{ONE}{verb}/", applications.act, {"verb": verb}, name=verb)
        for verb in applications.VERBS
    ],
]
