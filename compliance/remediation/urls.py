from django.urls import path

from compliance.remediation.views import duties, settings
from compliance.remediation.views import tasks as views

app_name = "remediation"
urlpatterns = [
    path("tasks/", views.list_, name="list"),
    path("tasks/board/", views.board, name="board"),
    path("tasks/new/", views.create, name="create"),
    path("tasks/for/<int:assessment>/", views.open_for, name="open-for"),
    path("tasks/<int:number>/", views.detail, name="detail"),
    path("tasks/<int:number>/edit/", views.edit, name="edit"),
    *[
        path(f"tasks/<int:number>/{verb}/", views.act, {"verb": verb}, name=verb)
        for verb in views.VERBS
    ],
    path("tasks/settings/", settings.show, name="settings"),
    path("tasks/settings/save/", settings.save, name="settings-save"),
    path("tasks/unmet/", settings.open_unmet, name="open-unmet"),
    path("duties/", duties.list_, name="duties"),
    path("duties/new/", duties.create, name="duty-create"),
    path("duties/<int:number>/", duties.detail, name="duty"),
    path("duties/<int:number>/<int:occurrence>/done/", duties.complete, name="duty-complete"),
    *[
        path(f"duties/<int:number>/{verb}/", duties.act, {"verb": verb}, name=f"duty-{verb}")
        for verb in duties.VERBS
    ],
]
