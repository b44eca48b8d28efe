from django.urls import path

from compliance.applications import views

app_name = "applications"
urlpatterns = [
    path("applications/", views.list_, name="list"),
    path("applications/new/", views.create, name="create"),
    path("applications/<slug:number>/", views.detail, name="detail"),
    path("applications/<slug:number>/edit/", views.edit, name="edit"),
    path("applications/<slug:number>/preflight/", views.preflight_, name="preflight"),
    *[
        path(f"applications/<slug:number>/{verb}/", views.act, {"verb": verb}, name=verb)
        for verb in views.VERBS
    ],
]
