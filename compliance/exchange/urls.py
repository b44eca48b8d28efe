from django.urls import path

from compliance.exchange.views import export, imports

app_name = "exchange"
urlpatterns = [
    # Documents in.
    path("imports/", imports.list_, name="imports"),
    path("imports/upload/", imports.upload, name="upload"),
    path("imports/<int:pk>/", imports.detail, name="import"),
    path("imports/<int:pk>/sheets/", imports.sheets, name="import-sheets"),
    path("imports/<int:pk>/columns/", imports.columns, name="import-columns"),
    path("imports/<int:pk>/words/", imports.words, name="import-words"),
    path("imports/<int:pk>/about/", imports.about, name="import-about"),
    path("imports/<int:pk>/preview/", imports.preview, name="import-preview"),
    path("imports/<int:pk>/skip/", imports.skip, name="import-skip"),
    path("imports/<int:pk>/mapping/", imports.use_mapping, name="import-mapping"),
    path("imports/<int:pk>/save-mapping/", imports.save_mapping, name="import-save-mapping"),
    path("imports/<int:pk>/publish/", imports.publish, name="import-publish"),
    path("imports/<int:pk>/discard/", imports.discard, name="import-discard"),
    # Documents out.
    path("exports/<slug:profile>/", export.page, name="export"),
    path("exports/<slug:profile>/<slug:file_format>/", export.download, name="export-file"),
]
