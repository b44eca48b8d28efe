from django.urls import path

from compliance.remediation.views import (
    around,
    board,
    duties,
    feed,
    overviews,
    settings,
    table,
    tasks,
    work,
)

app_name = "remediation"
urlpatterns = [
    path("tasks/", table.list_, name="list"),
    path("tasks/export.csv", table.export, {"form": "csv"}, name="export-csv"),
    path("tasks/export.xlsx", table.export, {"form": "xlsx"}, name="export-xlsx"),
    path("tasks/bulk/", table.change, name="bulk"),
    path("tasks/bulk/undo/", table.undo, name="bulk-undo"),
    path("tasks/mine/", work.my_work, name="mine"),
    path("tasks/calendar/", overviews.calendar, name="calendar"),
    path("tasks/timeline/", overviews.timeline, name="timeline"),
    path("tasks/progress/", overviews.charts, name="charts"),
    path("tasks/feed/", feed.settings, name="feed-settings"),
    path("tasks/feed/end/", feed.end, name="feed-end"),
    path("tasks/feed/<str:secret>.ics", feed.feed, name="feed"),
    path("tasks/board/", board.board, name="board"),
    path("tasks/board/limits/", board.limits, name="limits"),
    path("tasks/board/<slug:state>/", board.column, name="board-column"),
    path("tasks/new/", tasks.create, name="create"),
    path("tasks/for/<int:assessment>/", tasks.open_for, name="open-for"),
    path("tasks/<int:number>/", tasks.detail, name="detail"),
    path("tasks/<int:number>/edit/", tasks.edit, name="edit"),
    path("tasks/<int:number>/moves/", board.moves, name="moves"),
    path("tasks/<int:number>/drop/", board.drop, name="drop"),
    path("tasks/preview/", around.preview, name="preview"),
    path("tasks/<int:number>/activity/", around.activity_page, name="activity"),
    path("tasks/<int:number>/files/<int:file>/", around.comment_file, name="comment-file"),
    *[
        path(f"tasks/<int:number>/{verb}/", around.act, {"verb": verb}, name=verb)
        for verb in around.VERBS
    ],
    *[
        path(f"tasks/<int:number>/{verb}/", tasks.act, {"verb": verb}, name=verb)
        for verb in tasks.VERBS
    ],
    path("tasks/settings/", settings.show, name="settings"),
    path("tasks/settings/save/", settings.save, name="settings-save"),
    path("tasks/unmet/", settings.open_unmet, name="open-unmet"),
    path("duties/", duties.list_, name="duties"),
    path("duties/new/", duties.create, name="duty-create"),
    path("duties/<int:number>/", duties.detail, name="duty"),
    path("duties/<int:number>/<int:occurrence>/done/", duties.complete, name="duty-complete"),
    *[
        path(f"duties/<int:number>/{verb}/", duties.act, {"verb": verb}, name=f"duty-{verb}")
        for verb in duties.VERBS
    ],
]
