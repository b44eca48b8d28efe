from django.urls import path

from compliance.requirements.views import assessments, versions

app_name = "requirements"
_both = "requirements/versions/<str:old>...<str:new>/"
_done = "requirements/versions/carried/<int:carry_over>/"
_detail = "requirements/<slug:profile>/<str:code>/"
urlpatterns = [
    path("requirements/", assessments.index, name="list"),
    path("requirements/adopt/", assessments.adopt, name="adopt"),
    path("requirements/versions/", versions.index, name="versions"),
    path(_both, versions.difference, name="difference"),
    path(f"{_both}plan/", versions.plan, name="plan"),
    path(f"{_both}carry-over/", versions.carry_over, name="carry-over"),
    path(_done, versions.look, name="to-look-at"),
    path(f"{_done}tick/", versions.tick, name="tick"),
    path(f"{_done}untick/", versions.untick, name="untick"),
    path(_detail, assessments.detail, name="detail"),
    path(f"{_detail}statement/", assessments.statement, name="statement"),
    path(f"{_detail}verdict/", assessments.verdict, name="verdict"),
    path(f"{_detail}assign/", assessments.assign, name="assign"),
]
