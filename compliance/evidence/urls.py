from django.urls import path

from compliance.evidence.views import bulk, desk, files, keeping, listing, personal, uploads

app_name = "evidence"
urlpatterns = [
    path("evidence/", listing.index, name="list"),
    path("evidence/bulk/", bulk.change, name="bulk"),
    path("evidence/bulk/undo/", bulk.undo, name="bulk-undo"),
    path("evidence/reuse/", keeping.reuse, name="reuse"),
    path("evidence/upload/", uploads.upload, name="upload"),
    path("evidence/requirements/", uploads.requirements, name="requirements"),
    path("evidence/desk/", desk.desk, name="desk"),
    path("evidence/desk/<int:link>/", desk.desk, name="desk"),
    path("evidence/links/<int:link>/accept/", desk.accept, name="accept"),
    path("evidence/links/<int:link>/return/", desk.return_, name="return"),
    path("evidence/files/<int:file>/", files.file, name="file"),
    path("evidence/files/<int:file>/thumbnail/", files.thumbnail, name="thumbnail"),
    path("evidence/files/<int:file>/<int:page>/", files.preview, name="preview"),
    path("evidence/files/<int:file>/personal/", personal.found, name="personal"),
    path("evidence/files/<int:file>/personal/decide/", personal.decide, name="personal-decide"),
    path("evidence/files/<int:file>/redact/", personal.redact, name="redact"),
    path("evidence/files/<int:file>/redact/make/", personal.make, name="redact-make"),
    path("evidence/<int:number>/", keeping.detail, name="detail"),
    path("evidence/<int:number>/version/", keeping.add_version, name="version"),
    path("evidence/<int:number>/link/", keeping.link, name="link"),
    path("evidence/<int:number>/withdraw/", keeping.withdraw, name="withdraw"),
]
