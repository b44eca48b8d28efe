"""Item × hardened × weakened: what turns each judgement of the collector around."""

from tests.scans.debian import add, enabled, folder, mode, put, replace

GOOD, BAD, NONE, MANUAL = "양호", "취약", "해당없음", "수동점검"
SSHD = "/etc/ssh/sshd_config"
AUTH = "/etc/pam.d/common-auth"
PASSWORD = "/etc/pam.d/common-password"
INETD = "/etc/inetd.conf"
MAIN = "/etc/postfix/main.cf"
NAMED = "/etc/bind/named.conf"
FTPD = "/etc/vsftpd.conf"
SNMPD = "/etc/snmp/snmpd.conf"
STRONG = "password requisite pam_pwquality.so\npassword required pam_pwhistory.so remember=4\npassword required pam_unix.so yescrypt\n"
WARNING = "Authorized use only. 무단 접속을 금지합니다.\n"
ALICE = "alice:x:1001:1001::/home/alice:/bin/bash\n"


def policy(longest: int = 90, least: int = 9, more: str = "") -> list:
    days = f"\nPASS_MAX_DAYS {longest}\nPASS_MIN_DAYS 1\n{more}"
    quality = f"minlen = {least}\nminclass = 3\n"
    return [add("/etc/login.defs", days), put("/etc/security/pwquality.conf", quality)]


def inetd(line: str, before: str = "") -> list:
    return [put(INETD, f"{before}{line} stream tcp nowait root /usr/sbin/tcpd in.{line}d\n", 0o600)]


def service(name: str) -> tuple[list, list]:
    return [enabled("harmless")], [enabled(name)]


def snmp(line: str) -> list:
    return [put(SNMPD, line + "\n", 0o600)]


CASES = [
    ("U-01", [put(SSHD, "PermitRootLogin no\n")], [put(SSHD, "PermitRootLogin yes\n")]),
    ("U-01", [put(SSHD, "permitrootlogin=no\n")], [put(SSHD, "#PermitRootLogin no\n")]),
    (
        "U-01",
        [
            put(SSHD, "Include sshd_config.d/*.conf\nPermitRootLogin yes\n"),
            put("/etc/ssh/sshd_config.d/a.conf", "PermitRootLogin no\n"),
        ],
        [put(SSHD, "PermitRootLogin no\nMatch Address 10.0.0.0/8\n PermitRootLogin yes\n")],
    ),
    ("U-01", inetd("telnet", "#"), inetd("telnet")),
    ("U-02", [*policy(), put(PASSWORD, STRONG)], [*policy(longest=99999), put(PASSWORD, STRONG)]),
    ("U-02", [*policy(), put(PASSWORD, STRONG)], [*policy(least=6), put(PASSWORD, STRONG)]),
    (
        "U-02",
        [*policy(), put(PASSWORD, STRONG)],
        [*policy(), put(PASSWORD, "password required pam_unix.so\n")],
    ),
    (
        "U-03",
        [put(AUTH, "auth required pam_faillock.so preauth deny=5\n")],
        [put(AUTH, "#auth required pam_faillock.so deny=5\n")],
    ),
    (
        "U-03",
        [put(AUTH, "auth required pam_faillock.so\n")],
        [
            put(AUTH, "auth required pam_faillock.so\n"),
            put("/etc/security/faillock.conf", "deny = 50\n"),
        ],
    ),
    ("U-04", [add("/etc/shadow", "x:*:1::::::\n")], [add("/etc/shadow", "x::1::::::\n")]),
    ("U-04", [add("/etc/passwd", ALICE)], [add("/etc/passwd", ALICE.replace(":x:", "::"))]),
    ("U-05", [add("/etc/passwd", ALICE)], [add("/etc/passwd", "toor:x:0:0::/root:/bin/sh\n")]),
    (
        "U-06",
        [put("/etc/pam.d/su", "auth required pam_wheel.so use_uid\n")],
        [put("/etc/pam.d/su", "# auth required pam_wheel.so\n")],
    ),
    (
        "U-09",
        [add("/etc/passwd", ALICE), add("/etc/group", "alice:x:1001:\n")],
        [add("/etc/passwd", ALICE)],
    ),
    ("U-09", [], [add("/etc/group", "leavers:x:1999:\n")]),
    (
        "U-10",
        [add("/etc/passwd", ALICE)],
        [add("/etc/passwd", ALICE + ALICE.replace("alice", "bob"))],
    ),
    ("U-11", [], [replace("/etc/passwd", "/usr/sbin:/usr/sbin/nologin", "/usr/sbin:/bin/bash")]),
    (
        "U-12",
        [put("/etc/profile.d/idle.sh", "TMOUT=600\nexport TMOUT\n")],
        [put("/etc/profile.d/idle.sh", "export TMOUT=3600\n")],
    ),
    ("U-13", policy(more="ENCRYPT_METHOD SHA512\n"), policy(more="ENCRYPT_METHOD MD5\n")),
    (
        "U-13",
        [add("/etc/shadow", "a:$y$j9T$abc$def:1::::::\n")],
        [add("/etc/shadow", "a:$1$abc$def:1::::::\n")],
    ),
    (
        "U-14",
        [put("/etc/environment", 'PATH="/usr/sbin:/usr/bin"\n')],
        [put("/etc/environment", 'PATH="/usr/bin:."\n')],
    ),
    (
        "U-14",
        [add("/etc/profile", "\nexport PATH=$PATH:/opt/bin\n")],
        [add("/etc/profile", "\nexport PATH=.:$PATH\n")],
    ),
    ("U-14", [], [add("/root/.profile", "\nPATH=/bin::/usr/bin\n")]),
    ("U-15", [put("/srv/file", "")], [put("/srv/file", "", owner=4242)]),
    ("U-16", [mode("/etc/passwd", 0o644)], [mode("/etc/passwd", 0o666)]),
    ("U-17", [put("/etc/init.d/shop", "", 0o755)], [put("/etc/init.d/shop", "", 0o777)]),
    ("U-18", [mode("/etc/shadow", 0o400)], [mode("/etc/shadow", 0o644)]),
    ("U-19", [put("/etc/hosts", "")], [put("/etc/hosts", "", 0o664)]),
    ("U-20", [put(INETD, "", 0o600)], [put(INETD, "", 0o644)]),
    ("U-21", [put("/etc/rsyslog.conf", "", 0o640)], [put("/etc/rsyslog.conf", "", 0o666)]),
    ("U-22", [put("/etc/services", "")], [put("/etc/services", "", owner=1)]),
    ("U-23", [put("/usr/local/bin/tool", "", 0o755)], [put("/usr/local/bin/tool", "", 0o4755)]),
    ("U-24", [put("/root/.bashrc", "")], [put("/root/.bashrc", "", 0o666)]),
    ("U-25", [put("/srv/open", "", 0o664)], [put("/srv/open", "", 0o666)]),
    ("U-26", [], [put("/dev/odd", "")]),
    ("U-27", [put("/etc/hosts.equiv", "db-01\n", 0o600)], [put("/etc/hosts.equiv", "+\n", 0o600)]),
    ("U-27", [], [put("/root/.rhosts", "db-01\n", 0o644)]),
    ("U-28", [put("/etc/hosts.deny", "ALL: ALL\n")], [put("/etc/hosts.deny", "# ALL: ALL\n")]),
    ("U-29", [put("/etc/hosts.lpd", "", 0o600)], [put("/etc/hosts.lpd", "", 0o644)]),
    ("U-30", [add("/etc/profile", "\numask 027\n")], [add("/etc/profile", "\numask 002\n")]),
    (
        "U-31",
        [add("/etc/passwd", ALICE), folder("/home/alice", 0o750, 1001)],
        [add("/etc/passwd", ALICE), folder("/home/alice", 0o777, 1001)],
    ),
    (
        "U-32",
        [add("/etc/passwd", ALICE), folder("/home/alice", 0o750, 1001)],
        [add("/etc/passwd", ALICE)],
    ),
    ("U-34", inetd("finger", "#"), inetd("finger")),
    ("U-35", [put(FTPD, "anonymous_enable=NO\n")], [put(FTPD, "anonymous_enable=YES\n")]),
    (
        "U-35",
        [put("/etc/samba/smb.conf", "guest ok = no\n")],
        [put("/etc/samba/smb.conf", "[open]\n  guest ok = yes\n")],
    ),
    ("U-36", inetd("shell", "#"), inetd("shell")),
    ("U-37", [put("/etc/crontab", "", 0o640)], [put("/etc/crontab", "", 0o666)]),
    ("U-38", inetd("echo", "#"), inetd("echo")),
    ("U-39", *service("nfs-server")),
    ("U-40", [put("/etc/exports", "/srv 10.0.0.5(ro)\n")], [put("/etc/exports", "/srv *(rw)\n")]),
    (
        "U-40",
        [put("/etc/exports", "/srv 10.0.0.5(ro)\n")],
        [put("/etc/exports", "/srv 10.0.0.5(rw,no_root_squash)\n")],
    ),
    ("U-41", *service("autofs")),
    ("U-42", *service("rpcbind")),
    ("U-43", *service("ypbind")),
    (
        "U-44",
        [put("/etc/xinetd.d/tftp", "service tftp\n{\n disable = yes\n}\n")],
        [put("/etc/xinetd.d/tftp", "service tftp\n{\n disable = no\n}\n")],
    ),
    (
        "U-46",
        [put(MAIN, ""), put("/usr/sbin/postsuper", "", 0o750)],
        [put(MAIN, ""), put("/usr/sbin/postsuper", "", 0o755)],
    ),
    (
        "U-47",
        [put(MAIN, "smtpd_relay_restrictions = permit_mynetworks,\n  reject_unauth_destination\n")],
        [put(MAIN, "mynetworks = 127.0.0.0/8\n  0.0.0.0/0\n")],
    ),
    (
        "U-48",
        [put(MAIN, "disable_vrfy_command = yes\n")],
        [put(MAIN, "disable_vrfy_command = no\n")],
    ),
    (
        "U-50",
        [put(NAMED, "options { allow-transfer { 10.0.0.2; }; };\n")],
        [put(NAMED, "options { allow-transfer { any; }; };\n")],
    ),
    (
        "U-51",
        [put(NAMED, "options { allow-update { none; }; };\n")],
        [put(NAMED, "options { allow-update {\n any; }; };\n")],
    ),
    ("U-52", inetd("telnet", "#"), inetd("telnet")),
    ("U-53", [put(FTPD, "ftpd_banner=Hello\n")], [put(FTPD, "#ftpd_banner=Hello\n")]),
    ("U-54", *service("vsftpd")),
    (
        "U-55",
        [add("/etc/passwd", "ftp:x:120:65534::/srv:/usr/sbin/nologin\n")],
        [add("/etc/passwd", "ftp:x:120:65534::/srv:/bin/sh\n")],
    ),
    (
        "U-56",
        [put(FTPD, ""), put("/etc/ftpusers", "root\n", 0o640)],
        [put(FTPD, ""), put("/etc/ftpusers", "root\n", 0o666)],
    ),
    (
        "U-57",
        [put(FTPD, ""), put("/etc/ftpusers", "root\n", 0o640)],
        [put(FTPD, ""), put("/etc/ftpusers", "#root\n", 0o640)],
    ),
    ("U-58", *service("snmpd")),
    ("U-59", snmp("rouser monitor authPriv"), snmp("rocommunity gq7Xk2m9Zw4 10.0.0.9")),
    ("U-60", snmp("rocommunity gq7Xk2m9Zw4 10.0.0.9"), snmp("rocommunity public 10.0.0.9")),
    ("U-61", snmp("rocommunity gq7Xk2m9Zw4 10.0.0.9"), snmp("rocommunity gq7Xk2m9Zw4")),
    (
        "U-62",
        [put("/etc/issue", WARNING), put(SSHD, "Banner /etc/issue\n")],
        [put("/etc/issue", "Debian 12\n"), put("/etc/motd", "Welcome\n")],
    ),
    (
        "U-63",
        [put("/etc/sudoers", "root ALL=(ALL:ALL) ALL\n", 0o440)],
        [put("/etc/sudoers", "root ALL=(ALL:ALL) ALL\n", 0o666)],
    ),
    (
        "U-63",
        [put("/etc/sudoers", "root ALL=(ALL:ALL) ALL\n", 0o440)],
        [put("/etc/sudoers", "ALL ALL=(ALL) NOPASSWD: ALL\n", 0o440)],
    ),
    (
        "U-65",
        [put("/etc/chrony/chrony.conf", "pool time.kriss.re.kr iburst\n"), enabled("chrony")],
        [put("/etc/chrony/chrony.conf", "pool time.kriss.re.kr iburst\n")],
    ),
    (
        "U-66",
        [put("/etc/rsyslog.conf", "auth,authpriv.* /var/log/auth.log\n"), enabled("rsyslog")],
        [put("/etc/rsyslog.conf", "auth,authpriv.* /var/log/auth.log\n")],
    ),
    ("U-67", [put("/var/log/shop.log", "", 0o640)], [put("/var/log/shop.log", "", 0o666)]),
]
# Items that only a person can decide, or that have no counterpart of another kind.
BY_HAND = {"U-07", "U-08", "U-33", "U-45", "U-49", "U-64"}
