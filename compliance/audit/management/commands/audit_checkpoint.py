from typing import Any

from django.core.management.base import CommandError

from compliance.audit import checkpoints, services
from compliance.shared.commands import StableCommand


class Command(StableCommand):
    help = "Sign the audit log of every organisation as it is now, and print the checkpoints."

    def handle(self, *args: Any, as_json: bool, **options: Any) -> None:
        made, broken = services.sign_all()
        if as_json:
            self.answer(
                {
                    "checkpoints": [
                        {
                            "organisation_id": each.organisation_id,
                            "size": each.size,
                            "root": each.root,
                            "note": each.note,
                            "file": str(checkpoints.outside(each.organisation_id)),
                        }
                        for each in made
                    ],
                    "broken": {str(number): why for number, why in broken.items()},
                }
            )
        else:
            self.stdout.write("\n".join(each.note for each in made), ending="")
        if broken:
            said = "; ".join(f"organisation {number}: {why}" for number, why in broken.items())
            raise CommandError(f"Not signed, since the log is broken. {said}")
