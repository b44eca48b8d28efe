"""The look of packets: an organisation's colour and logo, checked before they are kept."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from compliance.audit.models import Entry
from compliance.packets import branding, render
from compliance.packets.models import Branding
from compliance.packets.press import logos
from compliance.shared.errors import Refused
from compliance.vault.models import Blob
from tests.packets.samples import SVG, make_manifest, make_picture, make_second_round

PATH = "/o/manna/packets/look/"


def upload(name: str, data: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


@pytest.mark.parametrize("colour", ["#0b6b5d", "#1F4E8C", "", "#767676"])
def test_a_colour_that_is_read_on_white_is_taken(colour):
    assert branding.check_colour(colour) == colour.lower()


@pytest.mark.parametrize(
    ("colour", "said"), [("#777777", "4.4"), ("#ffe600", "1.2"), ("#ffffff", "1.0")]
)
def test_a_colour_that_is_not_read_on_white_is_refused_with_its_contrast(colour, said):
    with pytest.raises(Refused, match=said):
        branding.check_colour(colour)


@pytest.mark.parametrize(
    "colour", ["red", "#12", "#12345g", "url(x)", "#1f4e8c;background:url(http://x)"]
)
def test_what_is_no_colour_is_refused(colour):
    with pytest.raises(Refused):
        branding.check_colour(colour)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("로고.png", make_picture((300, 80), colour=(9, 9, 99))),
        ("로고.png", make_picture((300, 80), "RGBA", colour=(9, 9, 99, 128))),
        ("logo.jpg", make_picture((300, 80), kind="JPEG")),
        ("logo.jpg", make_picture((300, 80), "CMYK", kind="JPEG", colour=(9, 200, 9, 9))),
        ("logo.svg", SVG),
    ],
)
def test_logos_of_each_kind_become_a_png_on_white(manna, alice, name, data):
    kept = branding.set_logo(manna, upload(name, data), by=alice).logo
    assert kept is not None
    assert kept.media_type == "image/png"
    assert Entry.objects.filter(action="packet.look_changed").count() == 1


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("logo.gif", b"GIF89a"),
        ("logo.png", b"<svg/>"),
        ("logo.svg", b"<svg"),
        ("logo.svg", b"<html/>"),
        ("logo.png", make_picture((900, 20))),
        ("logo.png", make_picture((90, 90), colour="white")),
        ("", b""),
    ],
)
def test_what_is_no_logo_is_refused_and_changes_nothing(manna, alice, name, data):
    with pytest.raises(Refused):
        branding.set_logo(manna, upload(name or "x", data), by=alice)
    assert not Branding.objects.exists()


def test_an_svg_is_never_kept_as_it_came(manna, alice):
    branding.set_logo(manna, upload("logo.svg", SVG), by=alice)
    assert set(Blob.objects.values_list("media_type", flat=True)) == {"image/png"}


def test_the_margin_around_a_logo_is_cut_off():
    picture = Image.new("RGB", (400, 400), "white")
    picture.paste((9, 9, 99), (100, 180, 300, 220))
    out = io.BytesIO()
    picture.save(out, "PNG")
    with Image.open(io.BytesIO(logos.made(out.getvalue(), is_svg=False))) as made:
        assert made.size == (200, 40)


def test_engineers_look_and_change_nothing(browse, bob, manna):
    client = browse(bob)
    assert client.get(PATH).status_code == 200
    assert client.post(f"{PATH}set/", {"own_colour": "1", "colour": "#0b6b5d"}).status_code == 403
    assert not Branding.objects.exists()


def test_the_lead_chooses_colour_and_logo_and_takes_the_logo_off(browse, alice, manna):
    client = browse(alice)
    sent = {"own_colour": "1", "colour": "#0b6b5d", "logo": upload("logo.svg", SVG)}
    assert client.post(f"{PATH}set/", sent).status_code == 302
    found = Branding.objects.get()
    assert (found.colour, bool(found.logo)) == ("#0b6b5d", True)
    assert client.get(f"{PATH}logo/").headers["Content-Type"] == "image/png"
    client.post(f"{PATH}logo/remove/")
    assert Branding.objects.get().logo is None


def test_a_bad_colour_keeps_the_logo_from_coming_in_half(browse, alice, manna):
    client = browse(alice)
    sent = {"own_colour": "1", "colour": "#ffff00", "logo": upload("logo.svg", SVG)}
    assert client.post(f"{PATH}set/", sent).status_code in {400, 409, 422}
    assert not Branding.objects.exists()


def test_colour_and_logo_reach_cover_and_heads():
    manifest, kept = make_second_round()
    made = render.plan(manifest, "ko")
    (cover,) = [each for each in made.sections if each.form == "cover"]
    html = render.compose(cover, "ko")
    assert "#0b6b5d" in html
    assert 'src="packet:logo.png"' in html
    plain = render.render(make_manifest(), "ko", lambda sha: b"")
    branded = render.render(manifest, "ko", kept.__getitem__)
    assert b"/Subtype /Form/BBox [0 0 1 1]" in plain
    assert b"/Subtype /Form/BBox [0 0 1 1]" not in branded


def test_the_notice_that_the_profile_is_unofficial_stays_under_any_look():
    manifest, _kept = make_second_round()
    (cover,) = [each for each in render.plan(manifest, "ko").sections if each.form == "cover"]
    assert "비공식 참조 프로파일" in render.compose(cover, "ko")
