"""The collector where nothing is Debian's: busybox alone, laid out as Alpine and as the RHEL family do.

The userland is made of Debian's busybox with its libraries; files of accounts, services, PAM and logs
stand where those systems keep them. Hardened settings pass, weakened ones fail.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.scans import debian
from tests.scans.collector_cases import BAD, GOOD, MANUAL, NONE

pytestmark = [pytest.mark.services, pytest.mark.timeout(600)]

ACCOUNTS = {
    "/etc/passwd": "root:x:0:0:root:/root:/bin/ash\nbin:x:1:1:bin:/bin:/sbin/nologin\n"
    "ops:x:1000:1000::/home/ops:/bin/ash\n",
    "/etc/group": "root:x:0:\nbin:x:1:\nwheel:x:10:ops\nshadow:x:42:\nops:x:1000:\n",
    "/etc/hosts": "127.0.0.1 localhost\n",
    "/etc/services": "ssh 22/tcp\n",
}
SHADOW = (
    "root:$6$abcdefgh$%s:20000:1:90:7:::\nbin:!:20000::::::\nops:$6$abcdefgh$%s:20000:1:90:7:::\n"
    % (("x" * 86,) * 2)
)
ALPINE = {
    "/etc/os-release": 'ID=alpine\nPRETTY_NAME="Alpine Linux v3.20"\n',
    "/etc/alpine-release": "3.20.3\n",
    "/lib/apk/db/installed": "P:openssh-server\nV:9.7_p1-r4\nA:x86_64\n\n",
    "/etc/inittab": "::sysinit:/sbin/openrc sysinit\n",
    "/etc/init.d/sshd": "#!/sbin/openrc-run\n",
    "/etc/runlevels/default/sshd": "#!/sbin/openrc-run\n",
}
RHEL = {
    "/etc/os-release": 'ID="rocky"\nID_LIKE="rhel centos fedora"\nPRETTY_NAME="Rocky Linux 9.4"\n',
    "/etc/redhat-release": "Rocky Linux release 9.4 (Blue Onyx)\n",
    "/etc/login.defs": "PASS_MAX_DAYS 90\nPASS_MIN_DAYS 1\nENCRYPT_METHOD SHA512\nUMASK 022\n",
    "/etc/security/pwquality.conf": "minlen = 10\nminclass = 3\n",
    "/etc/security/faillock.conf": "deny = 5\nunlock_time = 600\n",
    "/etc/pam.d/system-auth": "auth required pam_faillock.so preauth\n"
    "auth sufficient pam_unix.so\nauth required pam_faillock.so authfail\n"
    "password requisite pam_pwquality.so\npassword sufficient pam_unix.so sha512 shadow remember=5\n",
    "/etc/pam.d/password-auth": "auth required pam_faillock.so preauth\nauth sufficient pam_unix.so\n"
    "auth required pam_faillock.so authfail\naccount required pam_faillock.so\n",
    "/etc/pam.d/su": "auth required pam_wheel.so use_uid\n",
    "/etc/ssh/sshd_config": "Include /etc/ssh/sshd_config.d/*.conf\n",
    "/etc/ssh/sshd_config.d/01-permitrootlogin.conf": "PermitRootLogin no\n",
    "/etc/systemd/system/multi-user.target.wants/sshd.service": "[Unit]\n",
    "/etc/bashrc": "TMOUT=600\nexport TMOUT\numask 022\n",
    "/etc/profile": "umask 022\nTMOUT=600\nexport TMOUT\n",
    "/etc/rsyslog.conf": "authpriv.* /var/log/secure\n*.info /var/log/messages\n",
    "/etc/systemd/system/multi-user.target.wants/rsyslog.service": "[Unit]\n",
    "/etc/chrony.conf": "server time.example.com iburst\n",
    "/etc/systemd/system/multi-user.target.wants/chronyd.service": "[Unit]\n",
}


@pytest.fixture(scope="module")
def bare(tmp_path_factory):
    """A root of nothing but busybox."""
    busybox = shutil.which("busybox")
    if busybox is None or shutil.which("chroot") is None:
        pytest.skip("busybox is not installed (tools/bootstrap test)")
    if os.geteuid() != 0:
        pytest.skip("chroot needs root")
    root = tmp_path_factory.mktemp("bare") / "root"
    for folder in ("bin", "sbin", "etc", "root", "home/ops", "tmp", "var/log", "dev", "usr/bin"):
        (root / folder).mkdir(parents=True)
    for folder, bits in (("tmp", 0o1777), ("root", 0o700), ("home/ops", 0o700)):
        (root / folder).chmod(bits)
    os.chown(root / "home/ops", 1000, 1000)
    linked = subprocess.run(["ldd", busybox], capture_output=True, text=True, check=False).stdout
    for library in re.findall(r"(/\S+)", linked):
        target = root / library.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(library, target)
    shutil.copy(busybox, root / "bin/busybox")
    applets = subprocess.run(
        [busybox, "--list"], capture_output=True, text=True, check=True
    ).stdout.split()
    for name in applets:
        if not (root / "bin" / name).exists():
            (root / "bin" / name).symlink_to("busybox")
    return root


def machine(bare: Path, where: Path, files: dict[str, str], shadow: int) -> debian.Server:
    subprocess.run(["cp", "-a", bare, where], check=True)
    server = debian.Server(where)
    for path, text in {**ACCOUNTS, **files}.items():
        debian.put(path, text)(server)
    debian.put("/etc/shadow", SHADOW, shadow)(server)
    debian.put("/bin/su", "", 0o4755)(server)
    return server


@pytest.fixture
def alpine(bare, tmp_path):
    return machine(bare, tmp_path / "alpine", ALPINE, 0o640)


@pytest.fixture
def rhel(bare, tmp_path):
    return machine(bare, tmp_path / "rhel", RHEL, 0o000)


def judged(server, **env):
    return server.run(by=("/bin/ash",), PATH="/bin:/sbin", **env)


def test_every_item_is_judged_by_busybox_alone(alpine, rhel):
    for server, system in ((alpine, "Alpine"), (rhel, "Rocky")):
        result = judged(server)
        assert len(result.statuses) == 67, result.said
        assert system in result.facts["host"]["os"]
        assert "not found" not in result.said
        unread = [code for code, status in result.statuses.items() if status == "오류"]
        assert unread == [], [result.items[code] for code in unread]


HARDENED = {
    **dict.fromkeys(["U-01", "U-02", "U-03", "U-04", "U-05", "U-06", "U-12", "U-13"], GOOD),
    **dict.fromkeys(["U-16", "U-18", "U-65", "U-30"], GOOD),
    "U-64": MANUAL,
    "U-45": NONE,
}
WEAKENED = {
    "U-01": {"/etc/ssh/sshd_config.d/01-permitrootlogin.conf": "PermitRootLogin yes\n"},
    "U-02": {"/etc/login.defs": "PASS_MAX_DAYS 99999\nPASS_MIN_DAYS 0\n"},
    "U-03": {"/etc/security/faillock.conf": "deny = 0\n"},
    "U-06": {"/etc/pam.d/su": "auth sufficient pam_rootok.so\n"},
    "U-12": {"/etc/bashrc": "\n", "/etc/profile": "umask 022\n"},
    "U-30": {"/etc/login.defs": "UMASK 000\n"},
    "U-65": {"/etc/chrony.conf": "\n"},
}


def test_the_rhel_family_hardened(rhel):
    statuses = judged(rhel).statuses
    assert {code: statuses[code] for code in HARDENED} == HARDENED


@pytest.mark.parametrize("code", WEAKENED)
def test_the_rhel_family_weakened(rhel, code):
    for path, text in WEAKENED[code].items():
        debian.put(path, text)(rhel)
    item = rhel.run("--only", code, by=("/bin/ash",), PATH="/bin:/sbin").items[code]
    assert item["status"] == BAD, item


def test_an_open_shadow_file_fails_wherever_it_is(alpine, rhel):
    for server in (alpine, rhel):
        server.at("/etc/shadow").chmod(0o644)
        found = server.run("--only", "U-18", by=("/bin/ash",), PATH="/bin:/sbin")
        assert found.statuses == {"U-18": BAD}


def test_a_service_of_openrc_counts_as_on(alpine):
    debian.put("/etc/init.d/in.telnetd", "#!/sbin/openrc-run\n")(alpine)
    debian.put("/etc/runlevels/default/in.telnetd", "#!/sbin/openrc-run\n")(alpine)
    run = {"by": ("/bin/ash",), "PATH": "/bin:/sbin"}
    assert alpine.run("--only", "U-52", **run).statuses == {"U-52": BAD}
