from django.urls import path

from compliance.oversight.views import log, reviews, settings

app_name = "oversight"
urlpatterns = [
    path("audit/", log.log, name="log"),
    path("audit/export.csv", log.export, {"form": "csv"}, name="export-csv"),
    path("audit/export.jsonl", log.export, {"form": "jsonl"}, name="export-jsonl"),
    path("audit/checkpoint.txt", log.checkpoint, name="checkpoint"),
    path("audit/settings/", settings.show, name="settings"),
    path("audit/settings/retention", settings.retention, name="retention"),
    path("audit/settings/targets", settings.target_add, name="target-add"),
    path("audit/settings/targets/<int:pk>/stop", settings.target_stop, name="target-stop"),
    path("audit/reviews/", reviews.list_, name="reviews"),
    path("audit/reviews/new", reviews.new, name="review-new"),
    path("audit/reviews/sign", reviews.sign, name="review-sign"),
    path("audit/reviews/<int:pk>/", reviews.show, name="review"),
]
