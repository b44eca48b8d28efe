from django.urls import path, re_path

from compliance.packets import signature_views, views

_EDITION = "applications/<slug:number>/packets/<int:round>/<slug:edition>"

app_name = "packets"
urlpatterns = [
    path("applications/<slug:number>/freeze/", views.freeze, name="freeze"),
    path("applications/<slug:number>/packets/<int:round>/", views.packet, name="packet"),
    path("applications/<slug:number>/packets/<int:round>/build/", views.build, name="build"),
    path(f"{_EDITION}/sign/", signature_views.sign, name="sign"),
    path(f"{_EDITION}/decline/", signature_views.decline, name="decline"),
    path(f"{_EDITION}/withdraw/", signature_views.withdraw, name="withdraw"),
    re_path(
        r"^applications/(?P<number>[-\w]+)/packets/(?P<round>\d+)/(?P<edition>ko|en)\.(?P<kind>pdf|zip)$",
        views.download,
        name="download",
    ),
]
