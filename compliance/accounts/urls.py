from django.contrib.auth.views import LogoutView
from django.urls import path

from compliance.accounts import views

app_name = "accounts"
urlpatterns = [
    path("sign-in/", views.sign_in, name="sign-in"),
    path("sign-out/", LogoutView.as_view(), name="sign-out"),
    path("language/", views.set_language, name="language"),
]
organisation_urlpatterns = [
    path("members/", views.members, name="list"),
    path("deadlines/", views.deadlines, name="deadlines"),
    path("deadlines/set/", views.set_deadlines, name="deadlines-set"),
    path("deadlines/count/", views.set_day_count, name="day-count"),
    path("deadlines/closing-days/", views.add_closing_day, name="closing-day-add"),
    path(
        "deadlines/closing-days/<int:pk>/remove/",
        views.remove_closing_day,
        name="closing-day-remove",
    ),
    path("filters/", views.save_filter, name="filter-save"),
    *[
        path(
            f"filters/<int:pk>/{verb}/", views.act_on_filter, {"verb": verb}, name=f"filter-{verb}"
        )
        for verb in ("rename", "delete", "default")
    ],
]
