from django.urls import path

from compliance.requirements import views

app_name = "requirements"
_detail = "requirements/<slug:profile>/<str:code>/"
urlpatterns = [
    path("requirements/", views.index, name="list"),
    path("requirements/adopt/", views.adopt, name="adopt"),
    path(_detail, views.detail, name="detail"),
    path(f"{_detail}statement/", views.statement, name="statement"),
    path(f"{_detail}verdict/", views.verdict, name="verdict"),
    path(f"{_detail}assign/", views.assign, name="assign"),
]
