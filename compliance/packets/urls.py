from django.urls import path, re_path

from compliance.packets import build_views, look_views, out_views, signature_views, views

app_name = "packets"
_PACKET = "applications/<slug:number>/packets/<int:round>/<slug:edition>"
urlpatterns = [
    path("applications/<slug:number>/freeze/", views.freeze, name="freeze"),
    path("applications/<slug:number>/packets/<int:round>/", views.packet, name="packet"),
    path("applications/<slug:number>/packets/<int:round>/build/", views.build, name="build"),
    path("packets/look/", look_views.look, name="look"),
    path("packets/look/set/", look_views.set_look, name="look-set"),
    path("packets/look/logo/", look_views.logo, name="logo"),
    path("packets/look/logo/remove/", look_views.remove_logo, name="logo-remove"),
    path(f"{_PACKET}/progress/", build_views.progress, name="progress"),
    path(f"{_PACKET}/cancel/", build_views.cancel, name="cancel"),
    path(f"{_PACKET}/pages/", build_views.pages, name="pages"),
    path(f"{_PACKET}/pages/<int:page>.webp", build_views.sheet, name="sheet"),
    path(f"{_PACKET}/sign/", signature_views.sign, name="sign"),
    path(f"{_PACKET}/decline/", signature_views.decline, name="decline"),
    path(f"{_PACKET}/withdraw/", signature_views.withdraw, name="withdraw"),
    re_path(
        r"^applications/(?P<number>[-\w]+)/packets/(?P<round>\d+)/(?P<edition>ko|en|ko-en|ko-review)\.(?P<kind>pdf|zip)$",
        views.download,
        name="download",
    ),
    path(
        "applications/<slug:number>/packets/<int:round>/<str:edition>/draft.zip",
        out_views.draft,
        name="draft",
    ),
    path(
        "applications/<slug:number>/packets/<int:round>/<str:edition>/copies/",
        out_views.copy,
        name="copy",
    ),
    re_path(
        r"^applications/(?P<number>[-\w]+)/packets/(?P<round>\d+)/copies/(?P<pk>\d+)\.(?P<kind>pdf|zip)$",
        out_views.copy_download,
        name="copy-download",
    ),
    path(
        "applications/<slug:number>/packets/<int:round>/<str:edition>/submission/",
        out_views.submission,
        name="submission",
    ),
    re_path(
        r"^applications/(?P<number>[-\w]+)/packets/(?P<round>\d+)/(?P<edition>[-\w]+)/receipt\.(?P<kind>pdf|txt)$",
        out_views.receipt,
        name="receipt",
    ),
]
