from django.urls import path

from compliance.requirements.views import assessments, library, relations

app_name = "requirements"
_detail = "requirements/<slug:profile>/<str:code>/"
urlpatterns = [
    path("profiles/", library.index, name="library"),
    path("profiles/<int:pk>/", library.profile, name="profile"),
    path("requirements/", assessments.index, name="list"),
    path("requirements/adopt/", assessments.adopt, name="adopt"),
    path(_detail, assessments.detail, name="detail"),
    path(f"{_detail}statement/", assessments.statement, name="statement"),
    path(f"{_detail}verdict/", assessments.verdict, name="verdict"),
    path(f"{_detail}assign/", assessments.assign, name="assign"),
    path(f"{_detail}borrow/", relations.borrow, name="borrow"),
    path(f"{_detail}relate/", relations.relate, name="relate"),
    path(f"{_detail}relations/<int:edge>/remove/", relations.unrelate, name="unrelate"),
]
