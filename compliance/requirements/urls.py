from django.urls import path

from compliance.requirements.views import assessments

app_name = "requirements"
_detail = "requirements/<slug:profile>/<str:code>/"
urlpatterns = [
    path("requirements/", assessments.index, name="list"),
    path("requirements/adopt/", assessments.adopt, name="adopt"),
    path(_detail, assessments.detail, name="detail"),
    path(f"{_detail}statement/", assessments.statement, name="statement"),
    path(f"{_detail}verdict/", assessments.verdict, name="verdict"),
    path(f"{_detail}assign/", assessments.assign, name="assign"),
]
