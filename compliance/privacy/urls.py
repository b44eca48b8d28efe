from django.urls import path

from compliance.privacy import views

app_name = "privacy"
urlpatterns = [
    path("personal-data/", views.mine, name="mine"),
    path("personal-data/take", views.take_mine, name="take-mine"),
]
organisation_urlpatterns = [
    path("members/left/", views.leavers, name="list"),
    path("members/left/<int:pk>/", views.leaver, name="leaver"),
    path("members/left/<int:pk>/take", views.take, name="take"),
    path("members/left/<int:pk>/erase", views.erase, name="erase"),
]
