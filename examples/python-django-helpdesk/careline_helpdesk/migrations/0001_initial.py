import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ("helpdesk", "0043_fix_on_delete_behaviour"),
    ]

    operations = [
        migrations.CreateModel(
            name="CaseTicket",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("tenant", models.CharField(max_length=200)),
                ("case", models.CharField(max_length=64)),
                ("case_was", models.JSONField(default=dict)),
                ("ticket_was", models.JSONField()),
                ("ticket_modified", models.DateTimeField()),
                (
                    "ticket",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="social_case", to="helpdesk.ticket"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="TicketLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("message", models.CharField(max_length=64, null=True)),
                (
                    "followup",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="social_line",
                        to="helpdesk.followup",
                    ),
                ),
                (
                    "link",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="careline_helpdesk.caseticket",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="caseticket",
            constraint=models.UniqueConstraint(fields=("tenant", "case"), name="one_ticket_for_a_case"),
        ),
        migrations.AddConstraint(
            model_name="ticketline",
            constraint=models.UniqueConstraint(fields=("link", "message"), name="each_message_once"),
        ),
    ]
