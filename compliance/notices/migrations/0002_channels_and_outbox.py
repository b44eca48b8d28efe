
import compliance.shared.sealed
import django.db.models.deletion
import django.db.models.functions.datetime
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_days_for_each_severity'),
        ('audit', '0002_append_only'),
        ('notices', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('key', models.CharField(max_length=80, unique=True)),
                ('kind', models.CharField(choices=[('mail', 'E-mail'), ('digest', 'Daily digest'), ('target', 'Target'), ('direct', 'Direct message'), ('test', 'Test')], max_length=10)),
                ('topic', models.CharField(blank=True, choices=[('mine', 'Work given to me'), ('comments', 'Comments and mentions'), ('deadlines', 'Due soon and overdue'), ('escalations', 'Escalations'), ('reviews', 'Evidence that waits for review'), ('returns', 'My evidence: accepted, returned, asked for'), ('progress', 'Progress of tasks'), ('findings', 'Findings reopened, risks no longer accepted'), ('scans', 'Scan results'), ('applications', "Applications and the platform's verdicts"), ('packets', 'Packets'), ('requirements', 'Profiles and requirements'), ('alarms', 'Alarms of the portal')], max_length=20)),
                ('url', models.CharField(blank=True, max_length=300)),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('sent', 'Sent'), ('failed', 'Failed'), ('dropped', 'No longer wanted')], default='waiting', max_length=10)),
                ('due_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('attempts', models.PositiveIntegerField(default=0)),
                ('error', models.JSONField(default=dict)),
                ('status', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('request', models.TextField(blank=True)),
                ('answer', models.TextField(blank=True)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('tried_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'verbose_name': 'delivery',
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='Lane',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60, unique=True)),
                ('due_at', models.DateTimeField(blank=True, null=True)),
                ('free_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('fence', models.PositiveIntegerField(default=0)),
                ('memo', models.CharField(blank=True, max_length=200)),
            ],
            options={
                'verbose_name': 'queue of deliveries',
            },
        ),
        migrations.CreateModel(
            name='Preference',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('choices', models.JSONField(default=dict)),
                ('quiet_from', models.TimeField(blank=True, null=True, verbose_name='quiet from')),
                ('quiet_until', models.TimeField(blank=True, null=True, verbose_name='until')),
                ('time_zone', models.CharField(default='Asia/Seoul', max_length=60, verbose_name='time zone')),
            ],
            options={
                'verbose_name': 'choice of notices',
            },
        ),
        migrations.CreateModel(
            name='Target',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('webhook', 'Webhook'), ('slack', 'Slack'), ('teams', 'Microsoft Teams'), ('kakaowork', 'Kakao Work bot')], max_length=10, verbose_name='kind')),
                ('name', models.CharField(max_length=100, verbose_name='name')),
                ('address', compliance.shared.sealed.SealedTextField(blank=True, verbose_name='address')),
                ('host', models.CharField(blank=True, max_length=255)),
                ('secret', compliance.shared.sealed.SealedTextField(blank=True)),
                ('old_secret', compliance.shared.sealed.SealedTextField(blank=True)),
                ('old_secret_until', models.DateTimeField(blank=True, null=True)),
                ('topics', models.JSONField(blank=True, default=list, verbose_name='what is sent')),
                ('language', models.CharField(default='ko', max_length=5, verbose_name='language')),
                ('state', models.CharField(choices=[('on', 'Sending'), ('off', 'Stopped'), ('disabled', 'Stopped after failures')], default='on', max_length=10)),
                ('failures', models.PositiveIntegerField(default=0)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                'verbose_name': 'target of notices',
                'ordering': ['name', 'pk'],
            },
        ),
        migrations.AddField(
            model_name='notice',
            name='topic',
            field=models.CharField(choices=[('mine', 'Work given to me'), ('comments', 'Comments and mentions'), ('deadlines', 'Due soon and overdue'), ('escalations', 'Escalations'), ('reviews', 'Evidence that waits for review'), ('returns', 'My evidence: accepted, returned, asked for'), ('progress', 'Progress of tasks'), ('findings', 'Findings reopened, risks no longer accepted'), ('scans', 'Scan results'), ('applications', "Applications and the platform's verdicts"), ('packets', 'Packets'), ('requirements', 'Profiles and requirements'), ('alarms', 'Alarms of the portal')], default='progress', max_length=20),
        ),
        migrations.AddIndex(
            model_name='notice',
            index=models.Index(fields=['user', 'organisation', '-entry'], name='notice_inbox'),
        ),
        migrations.AddField(
            model_name='delivery',
            name='entry',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='audit.entry'),
        ),
        migrations.AddField(
            model_name='delivery',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation'),
        ),
        migrations.AddField(
            model_name='delivery',
            name='user',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='lane',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.organisation'),
        ),
        migrations.AddField(
            model_name='delivery',
            name='lane',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='notices.lane'),
        ),
        migrations.AddField(
            model_name='preference',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.organisation'),
        ),
        migrations.AddField(
            model_name='preference',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='target',
            name='created_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='target',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='targets', to='accounts.organisation'),
        ),
        migrations.AddField(
            model_name='delivery',
            name='target',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='notices.target'),
        ),
        migrations.AddIndex(
            model_name='lane',
            index=models.Index(condition=models.Q(('due_at__isnull', False)), fields=['due_at'], name='lane_due'),
        ),
        migrations.AddConstraint(
            model_name='preference',
            constraint=models.UniqueConstraint(fields=('organisation', 'user'), name='preference_once'),
        ),
        migrations.AddConstraint(
            model_name='target',
            constraint=models.UniqueConstraint(fields=('organisation', 'name'), name='target_name_once'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('state', 'waiting')), fields=['lane', 'due_at', 'id'], name='delivery_next'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(fields=['target', '-id'], name='delivery_log'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(fields=['user', '-id'], name='delivery_of_person'),
        ),
    ]
