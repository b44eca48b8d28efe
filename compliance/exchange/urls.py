from django.urls import path

from compliance.exchange.views import export

app_name = "exchange"
urlpatterns = [
    # Documents out.
    path("exports/<slug:profile>/", export.page, name="export"),
    path("exports/<slug:profile>/<slug:file_format>/", export.download, name="export-file"),
]
