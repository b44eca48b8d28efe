from collections import defaultdict

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, OuterRef, Subquery

from compliance.evidence.models.evidence import digest_of


def name_files_together(apps, schema_editor):
    """Versions get the digest of their files; decisions made so far hold for the version they are on."""
    File = apps.get_model("evidence", "EvidenceFile")
    Version = apps.get_model("evidence", "EvidenceVersion")
    Link = apps.get_model("evidence", "EvidenceLink")
    files = defaultdict(list)
    rows = File.objects.order_by("order", "pk").values_list("version_id", "blob__sha256", "name")
    for version, sha256, name in rows.iterator():
        files[version].append((sha256, name))
    batch = []
    for version in Version.objects.only("pk").iterator():
        version.digest = digest_of(files[version.pk])
        batch.append(version)
        if len(batch) == 500:
            Version.objects.bulk_update(batch, ["digest"])
            batch = []
    Version.objects.bulk_update(batch, ["digest"])
    digest = Version.objects.filter(pk=OuterRef("version_id")).values("digest")[:1]
    Link.objects.filter(state__in=["accepted", "returned", "expired"]).update(
        reviewed_version=F("version"), reviewed_digest=Subquery(digest)
    )
    # Whoever uploaded it first answers for it until somebody says otherwise.
    apps.get_model("evidence", "Evidence").objects.update(owner=F("created_by"))
    if schema_editor.connection.vendor == "postgresql":
        # Checks of foreign keys wait for the end; a table with such checks cannot be altered.
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_days_for_each_severity'),
        ('evidence', '0001_initial'),
        ('requirements', '0003_claimed_verdicts'),
        ('vault', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='EvidenceRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(verbose_name='number')),
                ('text', models.TextField(max_length=2000, verbose_name='what is asked for')),
                ('due', models.DateField(verbose_name='due')),
                ('state', models.CharField(choices=[('requested', 'Requested'), ('answered', 'Answered'), ('accepted', 'Accepted'), ('closed', 'Closed'), ('withdrawn', 'Withdrawn')], default='requested', max_length=20)),
                ('asked_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('answered_at', models.DateTimeField(blank=True, null=True)),
                ('answer', models.TextField(blank=True, max_length=2000)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('reason', models.TextField(blank=True, max_length=2000)),
                ('reminded_on', models.DateField(blank=True, null=True)),
            ],
            options={
                'verbose_name': 'request for evidence',
                'ordering': ['due', 'number'],
            },
        ),
        migrations.CreateModel(
            name='Hold',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.TextField(max_length=2000, verbose_name='reason')),
                ('until', models.DateField(blank=True, null=True, verbose_name='until')),
                ('placed_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('lifted_at', models.DateTimeField(blank=True, null=True)),
                ('lifted_reason', models.TextField(blank=True, max_length=2000)),
            ],
            options={
                'verbose_name': 'legal hold',
                'ordering': ['-placed_at'],
            },
        ),
        migrations.CreateModel(
            name='Intake',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('state', models.CharField(choices=[('reading', 'Being read'), ('preview', 'To look at'), ('applied', 'Applied'), ('discarded', 'Discarded')], default='reading', max_length=20)),
                ('together', models.BooleanField(default=False, verbose_name='one evidence a folder')),
                ('submit', models.BooleanField(default=True, verbose_name='submit for review')),
                ('collected_at', models.DateField(verbose_name='collected on')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'verbose_name': 'archive of folders',
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='IntakeRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('order', models.PositiveIntegerField()),
                ('path', models.CharField(max_length=1000)),
                ('refused', models.TextField(blank=True)),
                ('title', models.CharField(max_length=200, verbose_name='title')),
                ('take', models.BooleanField(default=True)),
            ],
            options={
                'verbose_name': 'file of an archive',
                'ordering': ['order'],
            },
        ),
        migrations.CreateModel(
            name='Tag',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=40, verbose_name='tag')),
            ],
            options={
                'verbose_name': 'tag',
                'ordering': ['name'],
            },
        ),
        migrations.AddField(
            model_name='evidence',
            name='owner',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='evidence',
            name='revision',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='evidence',
            name='withdrawn_reason',
            field=models.TextField(blank=True, max_length=2000),
        ),
        migrations.AddField(
            model_name='evidencelink',
            name='reviewed_digest',
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AddField(
            model_name='evidencelink',
            name='reviewed_version',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='evidence.evidenceversion'),
        ),
        migrations.AddField(
            model_name='evidencelink',
            name='valid_from',
            field=models.DateField(blank=True, null=True, verbose_name='valid from'),
        ),
        migrations.AddField(
            model_name='evidenceversion',
            name='digest',
            field=models.CharField(blank=True, max_length=64, verbose_name='SHA-256 of all files'),
        ),
        migrations.AddField(
            model_name='evidenceversion',
            name='valid_from',
            field=models.DateField(blank=True, null=True, verbose_name='valid from'),
        ),
        migrations.AddField(
            model_name='evidenceversion',
            name='valid_until',
            field=models.DateField(blank=True, null=True, verbose_name='valid until'),
        ),
        migrations.AddIndex(
            model_name='evidencelink',
            index=models.Index(fields=['organisation', 'valid_until'], name='link_valid_until'),
        ),
        migrations.RunPython(name_files_together, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name='evidencelink',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'in_review']), models.Q(('reviewed_version', models.F('version')), models.Q(('reviewed_digest', ''), _negated=True)), _connector='OR'), name='decision_of_this_version'),
        ),
        migrations.AddConstraint(
            model_name='evidenceversion',
            constraint=models.CheckConstraint(condition=models.Q(('valid_from__isnull', True), ('valid_until__isnull', True), ('valid_until__gte', models.F('valid_from')), _connector='OR'), name='version_window_forwards'),
        ),
        migrations.AddField(
            model_name='evidencerequest',
            name='answered_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='evidencerequest',
            name='answers',
            field=models.ManyToManyField(blank=True, related_name='requests', to='evidence.evidence'),
        ),
        migrations.AddField(
            model_name='evidencerequest',
            name='asked_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='evidencerequest',
            name='ended_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='evidencerequest',
            name='kinds',
            field=models.ManyToManyField(blank=True, related_name='+', to='requirements.evidencekind'),
        ),
        migrations.AddField(
            model_name='evidencerequest',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='evidence_requests', to='accounts.organisation'),
        ),
        migrations.AddField(
            model_name='evidencerequest',
            name='owner',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='evidencerequest',
            name='requirement',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='evidence_requests', to='requirements.requirement'),
        ),
        migrations.AddField(
            model_name='hold',
            name='evidence',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='holds', to='evidence.evidence'),
        ),
        migrations.AddField(
            model_name='hold',
            name='lifted_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='hold',
            name='placed_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='intake',
            name='blob',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='vault.blob'),
        ),
        migrations.AddField(
            model_name='intake',
            name='created_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='intake',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation'),
        ),
        migrations.AddField(
            model_name='intakerow',
            name='blob',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='vault.blob'),
        ),
        migrations.AddField(
            model_name='intakerow',
            name='evidence',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='evidence.evidence'),
        ),
        migrations.AddField(
            model_name='intakerow',
            name='intake',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rows', to='evidence.intake'),
        ),
        migrations.AddField(
            model_name='intakerow',
            name='kind',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='requirements.evidencekind'),
        ),
        migrations.AddField(
            model_name='intakerow',
            name='requirement',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='requirements.requirement'),
        ),
        migrations.AddField(
            model_name='intakerow',
            name='same',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='evidence.evidence'),
        ),
        migrations.AddField(
            model_name='tag',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.organisation'),
        ),
        migrations.AddField(
            model_name='evidence',
            name='tags',
            field=models.ManyToManyField(blank=True, related_name='evidence', to='evidence.tag'),
        ),
        migrations.AddIndex(
            model_name='evidence',
            index=models.Index(fields=['organisation', 'kind_code'], name='evidence_by_kind'),
        ),
        migrations.AddIndex(
            model_name='evidence',
            index=models.Index(fields=['organisation', 'owner'], name='evidence_by_owner'),
        ),
        migrations.AddIndex(
            model_name='evidencerequest',
            index=models.Index(fields=['organisation', 'state', 'due'], name='requests_by_due'),
        ),
        migrations.AddConstraint(
            model_name='evidencerequest',
            constraint=models.UniqueConstraint(fields=('organisation', 'number'), name='request_number_once'),
        ),
        migrations.AddConstraint(
            model_name='evidencerequest',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('ended_by__isnull', True), ('state__in', ['requested', 'answered'])), models.Q(('ended_at__isnull', False), ('ended_by__isnull', False), ('state__in', ['accepted', 'closed', 'withdrawn'])), _connector='OR'), name='request_ended_at_and_by'),
        ),
        migrations.AddConstraint(
            model_name='evidencerequest',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'accepted'), _negated=True), models.Q(('ended_by', models.F('answered_by')), _negated=True), _connector='OR'), name='request_answerer_does_not_accept'),
        ),
        migrations.AddConstraint(
            model_name='hold',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='hold_has_reason'),
        ),
        migrations.AddConstraint(
            model_name='hold',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('lifted_at__isnull', True), ('lifted_by__isnull', True)), models.Q(('lifted_at__isnull', False), ('lifted_by__isnull', False)), _connector='OR'), name='hold_lifted_at_and_by'),
        ),
        migrations.AddConstraint(
            model_name='intake',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('state__in', ['reading', 'preview'])), models.Q(('ended_at__isnull', False), ('state__in', ['applied', 'discarded'])), _connector='OR'), name='intake_ended_at'),
        ),
        migrations.AddConstraint(
            model_name='intakerow',
            constraint=models.UniqueConstraint(fields=('intake', 'order'), name='intake_row_once'),
        ),
        migrations.AddConstraint(
            model_name='tag',
            constraint=models.UniqueConstraint(fields=('organisation', 'name'), name='tag_named_once'),
        ),
    ]
