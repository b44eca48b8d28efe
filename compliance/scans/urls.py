from django.urls import path

from compliance.scans import collecting, library_views, pages, views

app_name = "scans"
urlpatterns = [
    path("scans/", views.runs, name="runs"),
    path("scans/import/", views.import_scan, name="import"),
    path("scans/collector/", collecting.collector, name="collector"),
    path("scans/unmapped/", views.unmapped, name="unmapped"),
    path("scans/mappings/", library_views.mapping_sets, name="mapping-sets"),
    path("scans/mappings/<int:mapping_set>/", library_views.mapping_set, name="mapping-set"),
    *[
        path(
            f"scans/mappings/<int:mapping_set>/{verb}/",
            library_views.choose_mappings,
            {"verb": verb},
            name=f"mapping-{verb}",
        )
        for verb in ("approve", "retire")
    ],
    path("scans/<int:pk>/", views.run, name="run"),
    path("scans/<int:pk>/answer/", views.answer, name="answer"),
    path("scans/<int:pk>/withdraw/", views.withdraw, name="withdraw"),
    path("findings/overview/", pages.overview, name="overview"),
    path("scans/<int:pk>/compare/", pages.compare, name="compare"),
    path("assets/<int:pk>/", pages.asset, name="asset"),
    path("findings/export.csv", pages.export, {"form": "csv"}, name="export-csv"),
    path("findings/export.xlsx", pages.export, {"form": "xlsx"}, name="export-xlsx"),
    path("findings/", views.findings, name="findings"),
    path("findings/triage/", views.triage_many, name="triage-many"),
    path("findings/<int:number>/", views.finding, name="finding"),
    path("findings/<int:number>/triage/", views.triage, name="triage"),
    path("findings/<int:number>/severity/", views.grade, name="grade"),
]
