"""Names of who is a member already: the audit log holds them apart from its entries from now on."""

from django.db import migrations

from compliance.audit import aliases


def learn(apps, schema_editor):
    alias = apps.get_model("audit", "Alias")
    members = apps.get_model("accounts", "Membership").objects.filter(user__is_machine=False)
    known = []
    for member in members.select_related("user").iterator(chunk_size=1000):
        for kind, text in (("name", member.user.name), ("mail", member.user.email)):
            salt = aliases.new_salt()
            known.append(
                alias(
                    organisation_id=member.organisation_id,
                    person_id=member.user_id,
                    kind=kind,
                    text=text,
                    salt=salt,
                    token=aliases.token_of(salt, kind, member.user_id, text),
                )
            )
    alias.objects.bulk_create(known, batch_size=500)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0007_ends_and_limits"), ("audit", "0004_aliases")]
    operations = [migrations.RunPython(learn, migrations.RunPython.noop)]
