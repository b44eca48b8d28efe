from django.urls import path, re_path

from compliance.packets import views

app_name = "packets"
urlpatterns = [
    path("applications/<slug:number>/freeze/", views.freeze, name="freeze"),
    path("applications/<slug:number>/packets/<int:round>/", views.packet, name="packet"),
    path("applications/<slug:number>/packets/<int:round>/build/", views.build, name="build"),
    re_path(
        r"^applications/(?P<number>[-\w]+)/packets/(?P<round>\d+)/(?P<edition>ko|en|ko-en|ko-review)\.(?P<kind>pdf|zip)$",
        views.download,
        name="download",
    ),
]
