from django.urls import path

from compliance.notices.views import inbox, targets

app_name = "notices"
urlpatterns = [
    path("notices/", inbox.list_, name="list"),
    path("notices/inbox/", inbox.inbox, name="inbox"),
    path("notices/unread/", inbox.bell, name="bell"),
    path("notices/read/", inbox.read_all, name="read-all"),
    path("notices/<int:pk>/read/", inbox.read, name="read"),
    path("notices/choose/", inbox.preferences, name="preferences"),
    path("notices/choose/set/", inbox.set_preferences, name="preferences-set"),
    path("notices/mails/", targets.mails, name="mails"),
    path("notices/targets/", targets.list_, name="targets"),
    path("notices/targets/new/<slug:kind>/", targets.new, name="target-new"),
    path("notices/targets/add/<slug:kind>/", targets.add, name="target-add"),
    path("notices/targets/<int:pk>/", targets.detail, name="target"),
    path("notices/targets/<int:pk>/edit/", targets.edit, name="target-edit"),
    path("notices/targets/<int:pk>/change/", targets.change, name="target-change"),
    path("notices/targets/<int:pk>/rotate/", targets.rotate, name="target-rotate"),
    *[
        path(
            f"notices/targets/<int:pk>/{verb}/",
            targets.act,
            {"verb": verb},
            name=f"target-{verb}",
        )
        for verb in ("stop", "start", "test", "remove")
    ],
    path("notices/deliveries/<int:pk>/replay/", targets.replay, name="replay"),
]
