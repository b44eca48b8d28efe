from django.urls import path

from compliance.trackers import views

app_name = "trackers"
urlpatterns = [
    path("trackers/", views.list_, name="list"),
    path("trackers/new/<slug:kind>/", views.new, name="new"),
    path("trackers/add/<slug:kind>/", views.add, name="add"),
    path("trackers/<int:pk>/", views.detail, name="detail"),
    path("trackers/<int:pk>/edit/", views.edit, name="edit"),
    path("trackers/<int:pk>/change/", views.change, name="change"),
    path("trackers/<int:pk>/states/", views.states, name="states"),
    path("trackers/<int:pk>/secret/", views.secret, name="secret"),
    *[
        path(f"trackers/<int:pk>/{verb}/", views.act, {"verb": verb}, name=verb)
        for verb in ("stop", "start", "test", "sync", "remove")
    ],
    path("trackers/outgoing/<int:pk>/again/", views.again, name="again"),
    path("trackers/hook/<uuid:hook>/", views.hook, name="hook"),
    path("trackers/tasks/<int:number>/", views.box, name="box"),
    path("trackers/tasks/<int:number>/push/", views.push, name="push"),
    path("trackers/tasks/<int:number>/link/", views.link, name="link"),
    path("trackers/tasks/<int:number>/unlink/", views.unlink, name="unlink"),
]
