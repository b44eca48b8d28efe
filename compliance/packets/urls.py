from django.urls import path, re_path

from compliance.packets import out_views, views

app_name = "packets"
urlpatterns = [
    path("applications/<slug:number>/freeze/", views.freeze, name="freeze"),
    path("applications/<slug:number>/packets/<int:round>/", views.packet, name="packet"),
    path("applications/<slug:number>/packets/<int:round>/build/", views.build, name="build"),
    re_path(
        r"^applications/(?P<number>[-\w]+)/packets/(?P<round>\d+)/(?P<edition>ko|en)\.(?P<kind>pdf|zip)$",
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
