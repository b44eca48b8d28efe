from django.urls import path

from compliance.vault import views

app_name = "vault"
urlpatterns = [
    path("uploads/", views.begin, name="uploads"),
    path("uploads/<uuid:token>/", views.piece, name="upload"),
]
