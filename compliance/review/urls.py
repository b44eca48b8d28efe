from django.urls import path, re_path

from compliance.review import guest_views, member_views, views

app_name = "review"
urlpatterns = [
    path("verify/", views.verify, name="verify"),
    path("review/desk/", guest_views.desk, name="desk"),
    path("review/desk/leave/", guest_views.leave, name="leave"),
    re_path(
        r"^review/desk/(?P<edition>\w+)\.(?P<kind>pdf|zip)$", guest_views.packet, name="packet"
    ),
    re_path(r"^review/desk/files/(?P<sha256>[0-9a-f]{64})/$", guest_views.file, name="file"),
    path("review/<str:secret>/", guest_views.arrive, name="arrive"),
]
organisation_urlpatterns = [
    path(
        "applications/<slug:number>/rounds/<int:round>/reviewers/",
        member_views.invite,
        name="invite",
    ),
    path(
        "applications/<slug:number>/reviewers/<int:pk>/revoke/", member_views.revoke, name="revoke"
    ),
]
