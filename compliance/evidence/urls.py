from django.urls import path

from compliance.evidence import views

app_name = "evidence"
urlpatterns = [
    path("evidence/", views.index, name="list"),
    path("evidence/reuse/", views.reuse, name="reuse"),
    path("evidence/upload/", views.upload, name="upload"),
    path("evidence/desk/", views.desk, name="desk"),
    path("evidence/desk/<int:link>/", views.desk, name="desk"),
    path("evidence/links/<int:link>/accept/", views.accept, name="accept"),
    path("evidence/links/<int:link>/return/", views.return_, name="return"),
    path("evidence/files/<int:file>/", views.file, name="file"),
    path("evidence/files/<int:file>/<int:page>/", views.preview, name="preview"),
    path("evidence/<int:number>/", views.detail, name="detail"),
    path("evidence/<int:number>/version/", views.add_version, name="version"),
    path("evidence/<int:number>/link/", views.link, name="link"),
    path("evidence/<int:number>/withdraw/", views.withdraw, name="withdraw"),
]
