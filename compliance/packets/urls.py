from django.urls import path, re_path

from compliance.packets import look_views, views

app_name = "packets"
urlpatterns = [
    path("applications/<slug:number>/freeze/", views.freeze, name="freeze"),
    path("applications/<slug:number>/packets/<int:round>/", views.packet, name="packet"),
    path("applications/<slug:number>/packets/<int:round>/build/", views.build, name="build"),
    path("packets/look/", look_views.look, name="look"),
    path("packets/look/set/", look_views.set_look, name="look-set"),
    path("packets/look/logo/", look_views.logo, name="logo"),
    path("packets/look/logo/remove/", look_views.remove_logo, name="logo-remove"),
    re_path(
        r"^applications/(?P<number>[-\w]+)/packets/(?P<round>\d+)/(?P<edition>ko|en|ko-en|ko-review)\.(?P<kind>pdf|zip)$",
        views.download,
        name="download",
    ),
]
