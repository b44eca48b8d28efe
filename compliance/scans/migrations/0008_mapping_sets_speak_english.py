from django.db import migrations, models


def name_in_english(apps, schema_editor):
    """Sets of profiles are not loaded again while their profile stays as it is."""
    sets = apps.get_model("scans", "MappingSet").objects.filter(author="profile")
    profiles = apps.get_model("requirements", "Profile").objects.filter(organisation=None)
    titles = {
        (identifier, version): title
        for identifier, version, title in profiles.values_list("identifier", "version", "title_en")
    }
    for each in sets:
        if title := titles.get((each.source_ko, each.version)):
            each.title_en = f"{title} {each.version}"
            each.save(update_fields=["title_en"])


class Migration(migrations.Migration):

    dependencies = [
        ("requirements", "0003_claimed_verdicts"),
        ("scans", "0007_more_bulk_rows_without_checks"),
    ]

    operations = [
        migrations.RenameField("mappingset", "title", "title_ko"),
        migrations.RenameField("mappingset", "source", "source_ko"),
        migrations.AddField("mappingset", "title_en", models.CharField(blank=True, max_length=300)),
        migrations.AddField("mappingset", "source_en", models.TextField(blank=True)),
        migrations.RunPython(name_in_english, migrations.RunPython.noop, elidable=True),
    ]
