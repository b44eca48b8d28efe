from django.urls import path

from compliance.notices import views

app_name = "notices"
urlpatterns = [
    path("notices/", views.list_, name="list"),
    path("notices/read/", views.read_all, name="read-all"),
    path("notices/<int:pk>/read/", views.read, name="read"),
]
