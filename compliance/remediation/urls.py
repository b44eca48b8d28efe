from django.urls import path

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
]
