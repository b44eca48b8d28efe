"""The example of docs/notices.md is run as it stands there."""

import re
from pathlib import Path

from compliance.notices.channels.webhook import new_secret, sign
from compliance.notices.models import Target

DOCS = Path(__file__).resolve().parents[2] / "docs/notices.md"


def example():
    [code] = re.findall(r"```python\n(.*?)```", DOCS.read_text("utf-8"), re.DOTALL)
    space = {}
    exec(code, space)  # noqa: S102 - our own page
    return space["is_genuine"]


def test_the_example_tells_genuine_from_forged():
    import time

    is_genuine, secret, moment = example(), new_secret(), int(time.time())
    body = '{"type": "test", "말": "값"}'.encode()
    both = f"{sign(new_secret(), 'msg_1', moment, body)} {sign(secret, 'msg_1', moment, body)}"
    heads = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(moment),
        "webhook-signature": both,
    }
    assert is_genuine(secret, heads, body)
    assert not is_genuine(secret, heads, body + b" ")
    assert not is_genuine(new_secret(), heads, body)
    assert not is_genuine(secret, heads | {"webhook-id": "msg_2"}, body)
    assert not is_genuine(secret, heads | {"webhook-timestamp": str(moment - 301)}, body)


def test_the_kinds_of_the_page_are_all():
    text = DOCS.read_text("utf-8")
    for name in ("Webhook", "Slack", "Microsoft Teams", "Kakao Work bot"):
        assert f"| {name} |" in text
    assert len(Target.Kind) == 4
