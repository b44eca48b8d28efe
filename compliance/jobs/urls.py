from django.urls import path

from compliance.jobs import views

app_name = "jobs"
urlpatterns = [
    path("jobs/<int:pk>/", views.progress, name="progress"),
    path("jobs/<int:pk>/cancel/", views.cancel, name="cancel"),
]
