#!/bin/sh
# Gatepass collector: reads a Linux server's settings against the KISA U- items (2026 edition) and
# leaves one JSON file to upload. It changes nothing, sends nothing and needs no more than a POSIX
# shell, awk, sed, grep, find, od, stat and sha256sum (coreutils or busybox).
# What each item looks at stands in docs/collector.md. Unofficial: titles and importance are the
# guide's, the rules and every sentence are Gatepass's own.
#
# Each item is a function u01 … u67. What it prints is the evidence; it ends in one of good, bad,
# none, manual or fault, each with a Korean and an English sentence. What could not be read goes to
# $T/denied, and an item with anything there is never 양호 or 해당없음 (see `close_item`).
# Sentences in single quotes are meant literally, and items are called by name:
# shellcheck disable=SC1112,SC2016,SC2317

set -u
VERSION=1.0.0
EDITION=2026
LC_ALL=C
export LC_ALL
PATH="${PATH:-/usr/bin:/bin}:/usr/sbin:/sbin:/usr/bin:/bin"
export PATH
umask 077
unset CDPATH
FIND_SECONDS=${GATEPASS_FIND_SECONDS:-60}
ITEM_SECONDS=$((FIND_SECONDS * 2))
ITEM=""
MOST_LINES=60
MOST_BYTES=3500
LANGUAGE=ko
OUTPUT=""
ONLY=""
T=""

say() { if [ "$LANGUAGE" = en ]; then printf '%s\n' "$2" >&2; else printf '%s\n' "$1" >&2; fi; }

help() {
    if [ "$LANGUAGE" = en ]; then
        cat <<'TEXT'
Usage: sh gatepass-collector.sh [--output FILE] [--only U-01,U-02] [--lang ko|en] [--help]

Checks this Linux server against the KISA U- items (2026 edition) by reading alone. It changes
no setting and sends nothing; it leaves one JSON file to upload on the scans page of Gatepass.
Run it as root: what another user may not read is reported as 오류, never as 양호.

  --output FILE   write the result there (default: gatepass-HOST-DATE.json here). Never overwrites.
  --only CODES    only these items, separated by commas
  --lang ko|en    language of progress, help and reasons (default ko)

Exit codes: 0 done · 1 done, but some items could not be read (오류) · 2 wrong usage
            3 a needed tool is missing, or the result cannot be written · 130 interrupted
TEXT
    else
        cat <<'TEXT'
사용법: sh gatepass-collector.sh [--output 파일] [--only U-01,U-02] [--lang ko|en] [--help]

이 리눅스 서버를 KISA U- 항목(2026년판) 기준으로 읽기만 하여 점검합니다. 설정을 바꾸지 않고
아무것도 전송하지 않으며, Gatepass의 스캔 화면에 올릴 JSON 파일 하나를 남깁니다.
root로 실행하십시오. 권한이 없어 읽지 못한 항목은 양호가 아니라 오류로 기록합니다.

  --output 파일   결과 파일 (기본값: 현재 폴더의 gatepass-호스트-날짜.json). 덮어쓰지 않습니다.
  --only 코드     쉼표로 나눈 항목만 점검
  --lang ko|en    진행 상황, 도움말, 사유의 언어 (기본값 ko)

종료 코드: 0 완료 · 1 완료했으나 읽지 못한 항목(오류)이 있음 · 2 사용법 오류
           3 필요한 도구가 없거나 결과를 쓸 수 없음 · 130 중단됨
TEXT
    fi
}

# Files and what may not be read

denied() { printf '%s\n' "$1" >>"$T/denied"; }

# there PATH: exists. A path behind a closed folder is not "absent" but "denied".
there() {
    if [ -e "$1" ] || [ -L "$1" ]; then return 0; fi
    _up=${1%/*}
    while [ -n "$_up" ]; do
        if [ -d "$_up" ]; then
            [ -x "$_up" ] || denied "$1"
            return 1
        fi
        _up=${_up%/*}
    done
    return 1
}

# slurp FILE…: content of those that exist, without carriage returns.
slurp() {
    for _file in "$@"; do
        there "$_file" || continue
        [ -f "$_file" ] || continue
        # Opened to see whether it may be; a reader who stops early is no failure.
        if (: <"$_file"); then
            tr -d '\r' <"$_file"
            echo
        else
            denied "$_file"
        fi
    done 2>/dev/null
}

# file_of COMMAND: its file on PATH, or nothing. A shell with commands of its own (busybox) names no file.
file_of() {
    _ifs=$IFS
    IFS=:
    for _folder in $PATH; do
        if [ -f "$_folder/$1" ] && [ -x "$_folder/$1" ]; then printf '%s\n' "$_folder/$1"; break; fi
    done
    IFS=$_ifs
}

# settings FILE…: the same without comments and empty lines.
settings() { slurp "$@" | sed -e 's/^[[:space:]]*//' -e '/^#/d' -e '/^;/d' -e '/^$/d'; }

# files FOLDER PATTERN: regular files of a folder, one a line; a closed folder is denied.
files() {
    there "$1" || return 0
    [ -d "$1" ] || return 0
    if [ ! -r "$1" ] || [ ! -x "$1" ]; then denied "$1"; return 0; fi
    find -L "$1" -maxdepth 1 -type f -name "$2" 2>/dev/null | sort
}

# settings_of FOLDER PATTERN: settings of each file there.
settings_of() { files "$1" "$2" | while IFS= read -r _each; do settings "$_each"; done; }

# last KEY: the last value of "KEY value" or "KEY = value" on stdin, key in any case.
last() {
    awk -v key="$1" '{ line = $0; sub(/[ \t]*#.*/, "", line); sub(/[ \t]*=[ \t]*/, " ", line)
        if (split(line, part, /[ \t]+/) >= 2 && tolower(part[1]) == tolower(key)) found = part[2] }
        END { print found }'
}

# words: one a line.
words() { awk '{ for (i = 1; i <= NF; i++) print $i }'; }

number() { case $1 in '' | *[!0-9]*) return 1 ;; *) return 0 ;; esac; }

# mode_of PATH: "640 root shadow path", following links.
mode_of() { stat -L -c '%a %U %G %n' "$1" 2>/dev/null || { denied "$1"; return 1; }; }

# within MODE LIMIT: no permission bit that LIMIT has not (octal); set-uid and sticky count too.
within() { [ $((0$1 & ~0$2 & 07777)) -eq 0 ]; }

# guarded LIMIT OWNERS PATH: prints its mode; fails if the owner or a bit is too much.
guarded() {
    _mode=$(mode_of "$3") || return 0
    printf '%s (<= %s, %s)\n' "$_mode" "$1" "$2"
    _bits=${_mode%% *}
    _owner=$(printf '%s\n' "$_mode" | awk '{ print $2 }')
    within "$_bits" "$1" || return 1
    case " $2 " in *" $_owner "*) return 0 ;; *) return 1 ;; esac
}

limited() { # limited SECONDS COMMAND…: bounded run time, 124 when it ran out
    _seconds=$1
    shift
    if [ "$HAS_TIMEOUT" = yes ]; then
        timeout "$_seconds" "$@"
        _rc=$?
        [ "$_rc" -eq 143 ] && _rc=124
        return "$_rc"
    fi
    "$@" &
    _child=$!
    (sleep "$_seconds" && kill "$_child") >/dev/null 2>&1 &
    _watch=$!
    wait "$_child"
    _rc=$?
    kill "$_watch" 2>/dev/null
    [ "$_rc" -eq 143 ] && _rc=124
    return "$_rc"
}

# search NAME TEST…: find with TEST on every local file system, through FILTER → $T/NAME, bounded.
FILTER='cat'
search() {
    _to=$T/$1
    _until=$(($(date +%s) + FIND_SECONDS))
    shift
    : >"$_to"
    : >"$T/errors"
    while IFS= read -r _root; do
        _left=$((_until - $(date +%s)))
        if [ "$_left" -le 0 ]; then denied "$_root: time limit of $FIND_SECONDS s"; continue; fi
        { limited "$_left" find "$_root" -xdev "$@" 2>>"$T/errors"; echo $? >"$T/rc"; } | "$FILTER" | head -n 2000 >>"$_to"
        [ "$(cat "$T/rc")" = 124 ] && denied "$_root: time limit of $FIND_SECONDS s"
    done <"$T/roots"
    if grep -q -i 'permission denied' "$T/errors"; then
        denied "$(grep -i 'permission denied' "$T/errors" | head -n 3)"
    fi
}

# Services: who listens, who runs, who is enabled

take_stock() {
    : >"$T/ports"
    : >"$T/procs"
    : >"$T/stock-errors"
    for _table in tcp:0A tcp6:0A udp:07 udp6:07; do
        _name=${_table%%:*}
        [ -r "/proc/net/$_name" ] || continue
        awk -v state="${_table#*:}" -v kind="${_name%6}" 'NR > 1 && $4 == state {
            n = split($2, at, ":"); hex = toupper(at[n]); port = 0
            for (i = 1; i <= length(hex); i++) port = port * 16 + index("0123456789ABCDEF", substr(hex, i, 1)) - 1
            print kind "/" port }' "/proc/net/$_name" 2>/dev/null
    done | sort -u >"$T/ports"
    for _comm in /proc/[0-9]*/comm; do
        [ -r "$_comm" ] && cat "$_comm"
    done 2>/dev/null | sort -u >"$T/procs"
    {
        settings /etc/inetd.conf | sed 's/^/inetd: /'
        settings_of /etc/inetd.d '*' | sed 's/^/inetd: /'
        files /etc/xinetd.d '*' | while IFS= read -r _each; do
            settings "$_each" | awk '{ sub(/=/, " = ") } $1 == "service" { name = $2; off = 0 }
                $1 == "disable" && tolower($3) == "yes" { off = 1 }
                $1 == "}" && name != "" { if (!off) print "xinetd: " name; name = "" }'
        done
        find /etc/systemd/system -name '*.service' -o -name '*.socket' -o -name '*.timer' 2>>"$T/stock-errors" |
            grep -E '\.wants/|\.requires/' | sed 's/^/enabled: /'
        find /etc/rc2.d /etc/rc3.d /etc/rc5.d /etc/rc.d/rc3.d /etc/rc.d/rc5.d -name 'S[0-9]*' 2>>"$T/stock-errors" | sed 's/^/enabled: /'
        find /etc/runlevels -mindepth 2 2>>"$T/stock-errors" | sed 's/^/enabled: /'
    } >"$T/enabled"
    grep -i 'permission denied' "$T/stock-errors" | head -n 3 >>"$T/denied"
    # Mounted with hidepid, /proc shows a user no processes but its own.
    if [ -r /proc/net/tcp ] && ! [ -r /proc/1/comm ]; then denied '/proc: processes of others'; fi
    : >"$T/stock-denied"
    [ -s "$T/denied" ] && cp "$T/denied" "$T/stock-denied"
    if [ -r /proc/net/tcp ]; then PROC=yes; else PROC=no; fi
}

# on NAMES PORTS [CALLED]: evidence that a service is on: NAMES (a pattern) as unit, inetd entry or
# process; CALLED as unit or inetd entry alone, for clients and the console have processes of those
# names; or a port of PORTS (tcp/23) listening. Fails when there is none.
on() {
    {
        _name="$1${3:+|$3}"
        grep -E "^inetd: ($_name)[[:space:]/]|^xinetd: ($_name)\$|^inetd: .*[/[:space:]]in\.($_name)([[:space:]]|\$)" "$T/enabled"
        grep -E "^enabled: .*/(S[0-9]+)?(in\.)?($_name)(d?)(@[^/]*)?(\.service|\.socket|\.timer)?\$" "$T/enabled"
        grep -x -E "(in\.)?($1)d?" "$T/procs" | sed 's/^/process: /'
        for _port in $2; do
            grep -x "$_port" "$T/ports" | sed 's/^/listening: /'
        done
    } >"$T/on"
    cat "$T/stock-denied" >>"$T/denied"
    if [ "$PROC" = no ]; then echo '/proc: no list of ports and processes, judged by settings'; fi
    sort -u "$T/on"
    [ -s "$T/on" ]
}

# off_or_bad NAMES PORTS KO EN [CALLED]: the item of a service that ought to be off.
off_or_bad() {
    if on "$1" "$2" "${5:-}"; then
        bad "$3 서비스가 켜져 있습니다. 쓰지 않으면 끄고, 꼭 필요하면 사유와 보호 조치를 남기십시오." \
            "$4 is on. Turn it off; if it is needed, record why and what protects it."
    else
        good "$3 서비스가 켜져 있지 않습니다." "$4 is not on."
    fi
}

# Verdicts

verdict() { STATUS=$1 KO=$2 EN=$3; }
good() { verdict 양호 "$1" "$2"; }
bad() { verdict 취약 "$1" "$2"; }
none() { verdict 해당없음 "$1" "$2"; }
manual() { verdict 수동점검 "$1" "$2"; }
fault() { verdict 오류 "$1" "$2"; }

# file_item LIMIT OWNERS PATH…: owner and mode of files that may be missing.
file_item() {
    _limit=$1 _owners=$2 _seen=no _bad=no
    shift 2
    for _path in "$@"; do
        there "$_path" || continue
        _seen=yes
        guarded "$_limit" "$_owners" "$_path" || _bad=yes
    done
    if [ "$_bad" = yes ]; then
        bad "소유자 또는 권한이 기준($_limit 이하)을 벗어납니다." "Owner or mode exceeds the limit ($_limit)."
    elif [ "$_seen" = yes ]; then
        good "소유자와 권한이 기준($_limit 이하) 안에 있습니다." "Owner and mode are within the limit ($_limit)."
    else
        none "점검할 파일이 없습니다." "There is no such file."
    fi
}

# JSON

# quoted: stdin as a JSON string. Control characters and bytes that are no UTF-8 become a visible \xNN.
quoted() {
    od -An -v -tu1 | awk '
    function hex(n) { return substr("0123456789abcdef", int(n / 16) + 1, 1) substr("0123456789abcdef", n % 16 + 1, 1) }
    function need(b) { return b >= 194 && b <= 223 ? 1 : b >= 224 && b <= 239 ? 2 : b >= 240 && b <= 244 ? 3 : 0 }
    function sound(i, n,  k) {
        for (k = 1; k <= n; k++) if (byte[i + k] < 128 || byte[i + k] > 191) return 0
        if (byte[i] == 194 && byte[i + 1] < 160) return 0
        if (byte[i] == 224 && byte[i + 1] < 160) return 0
        if (byte[i] == 237 && byte[i + 1] > 159) return 0
        if (byte[i] == 240 && byte[i + 1] < 144) return 0
        if (byte[i] == 244 && byte[i + 1] > 143) return 0
        return 1 }
    { for (f = 1; f <= NF; f++) byte[++count] = $f + 0 }
    END {
        printf "\""
        while (count > 0 && byte[count] == 10) count--
        for (i = 1; i <= count; i++) {
            b = byte[i]; n = need(b)
            if (b == 34) printf "\\\""
            else if (b == 92) printf "\\\\"
            else if (b == 10) printf "\\n"
            else if (b == 9) printf "\\t"
            else if (b >= 32 && b < 127) printf "%c", b
            else if (n && i + n <= count && sound(i, n)) { for (k = 0; k <= n; k++) printf "%c", byte[i + k]; i += n }
            else printf "\\\\x%s", hex(b)
        }
        printf "\"" }'
}

text() { printf '%s' "$1" | quoted; }

# bounded: the first lines and bytes, and a word that there is more; secrets starred out.
bounded() {
    sed -E -e 's/\$(1|2[abxy]?|5|6|7|y|gy|sha1|md5)\$[^:[:space:]]*/****/g' \
        -e 's/((password|passwd|passphrase|secret|token|api_?key)[[:space:]]*[=:][[:space:]]*)[^[:space:]]+/\1****/Ig' 2>/dev/null |
        awk -v lines="$MOST_LINES" -v bytes="$MOST_BYTES" '
        { if (NR > lines || size > bytes) { more++; next }
          line = length($0) > 500 ? substr($0, 1, 500) "..." : $0; size += length(line) + 1; print line }
        END { if (more) print "... +" more }'
}

CATALOGUE='
U-01|상|root 계정 원격 접속 제한
U-02|상|비밀번호 관리정책 설정
U-03|상|계정 잠금 임계값 설정
U-04|상|비밀번호 파일 보호
U-05|상|root 이외의 UID가 ‘0’ 금지
U-06|상|사용자 계정 su 기능 제한
U-07|하|불필요한 계정 제거
U-08|중|관리자 그룹에 최소한의 계정 포함
U-09|하|계정이 존재하지 않는 GID 금지
U-10|중|동일한 UID 금지
U-11|하|사용자 shell 점검
U-12|하|세션 종료 시간 설정
U-13|중|안전한 비밀번호 암호화 알고리즘 사용
U-14|상|root 홈, 패스 디렉터리 권한 및 패스 설정
U-15|상|파일 및 디렉터리 소유자 설정
U-16|상|/etc/passwd 파일 소유자 및 권한 설정
U-17|상|시스템 시작 스크립트 권한 설정
U-18|상|/etc/shadow 파일 소유자 및 권한 설정
U-19|상|/etc/hosts 파일 소유자 및 권한 설정
U-20|상|/etc/(x)inetd.conf 파일 소유자 및 권한 설정
U-21|상|/etc/(r)syslog.conf 파일 소유자 및 권한 설정
U-22|상|/etc/services 파일 소유자 및 권한 설정
U-23|상|SUID, SGID, Sticky bit 설정 파일 점검
U-24|상|사용자, 시스템 환경변수 파일 소유자 및 권한 설정
U-25|상|world writable 파일 점검
U-26|상|/dev에 존재하지 않는 device 파일 점검
U-27|상|$HOME/.rhosts, hosts.equiv 사용 금지
U-28|상|접속 IP 및 포트 제한
U-29|하|hosts.lpd 파일 소유자 및 권한 설정
U-30|중|UMASK 설정 관리
U-31|중|홈디렉토리 소유자 및 권한 설정
U-32|중|홈 디렉토리로 지정한 디렉토리의 존재 관리
U-33|하|숨겨진 파일 및 디렉토리 검색 및 제거
U-34|상|Finger 서비스 비활성화
U-35|상|공유 서비스에 대한 익명 접근 제한 설정
U-36|상|r 계열 서비스 비활성화
U-37|상|crontab 설정파일 권한 설정 미흡
U-38|상|DoS 공격에 취약한 서비스 비활성화
U-39|상|불필요한 NFS 서비스 비활성화
U-40|상|NFS 접근 통제
U-41|상|불필요한 automountd 제거
U-42|상|불필요한 RPC 서비스 비활성화
U-43|상|NIS, NIS+ 점검
U-44|상|tftp, talk 서비스 비활성화
U-45|상|메일 서비스 버전 점검
U-46|상|일반 사용자의 메일 서비스 실행 방지
U-47|상|스팸 메일 릴레이 제한
U-48|중|expn, vrfy 명령어 제한
U-49|상|DNS 보안 버전 패치
U-50|상|DNS Zone Transfer 설정
U-51|중|DNS 서비스의 취약한 동적 업데이트 설정 금지
U-52|중|Telnet 서비스 비활성화
U-53|하|FTP 서비스 정보 노출 제한
U-54|중|암호화되지 않는 FTP 서비스 비활성화
U-55|중|FTP 계정 shell 제한
U-56|하|FTP 서비스 접근 제어 설정
U-57|중|ftpusers 파일 설정
U-58|중|불필요한 SNMP 서비스 구동 점검
U-59|상|안전한 SNMP 버전 사용
U-60|중|SNMP Community String 복잡성 설정
U-61|상|SNMP Access Control 설정
U-62|하|로그인 시 경고 메시지 설정
U-63|중|sudo 명령어 접근 관리
U-64|상|주기적 보안 패치 및 벤더 권고사항 적용
U-65|중|NTP 및 시각 동기화 설정
U-66|중|정책에 따른 시스템 로깅 설정
U-67|중|로그 디렉터리 소유자 및 권한 설정
'

# Items

accounts() { slurp /etc/passwd | awk -F: 'NF >= 7 && $1 !~ /^[+-]/'; }
SHELLS='/(ba|da|a|k|z|c|tc|mk|fi)?sh$'
login_accounts() { accounts | awk -F: -v shells="$SHELLS" '$7 ~ shells || $7 == ""'; }
pam() {
    settings /etc/pam.d/common-auth /etc/pam.d/common-account /etc/pam.d/common-password \
        /etc/pam.d/system-auth /etc/pam.d/password-auth /etc/pam.d/base-auth /etc/pam.d/base-password
}
# first_value KEY: of "KEY value" lines, as sshd counts them; Match blocks apart.
sshd_settings() {
    there /etc/ssh/sshd_config || return 0
    settings /etc/ssh/sshd_config | while IFS= read -r _line; do
        case $_line in
            [Ii]nclude[[:space:]]*)
                for _glob in ${_line#* }; do
                    case $_glob in /*) ;; *) _glob=/etc/ssh/$_glob ;; esac
                    settings_of "${_glob%/*}" "${_glob##*/}"
                done ;;
            *) printf '%s\n' "$_line" ;;
        esac
    done
}
shell_files() {
    settings /etc/profile /etc/bashrc /etc/bash.bashrc /etc/environment /etc/csh.login /etc/csh.cshrc
    settings_of /etc/profile.d '*.sh'
}

u01() {
    on telnetd 'tcp/23' telnet && _telnet=yes || _telnet=no
    sshd_settings | awk '{ sub(/[ \t]*=[ \t]*/, " ") } tolower($1) == "permitrootlogin" || tolower($1) == "match"' >"$T/ssh"
    cat "$T/ssh"
    _root=$(awk 'tolower($1) == "match" { exit } { print tolower($2); exit }' "$T/ssh")
    if [ "$_telnet" = yes ]; then
        bad '텔넷이 켜져 있어 root 원격 접속을 막지 못합니다.' 'Telnet is on, so root may sign in remotely.'
    elif ! there /etc/ssh/sshd_config; then
        good 'SSH와 텔넷 서버가 없습니다.' 'There is no SSH or telnet server.'
    elif awk 'tolower($1) == "match" { inside = 1 } inside && tolower($1) == "permitrootlogin" && tolower($2) != "no" { found = 1 } END { exit !found }' "$T/ssh"; then
        bad 'Match 블록이 root의 SSH 접속을 허용합니다.' 'A Match block lets root sign in by SSH.'
    elif [ "$_root" = no ]; then
        good 'root의 SSH 접속이 차단되어 있습니다.' 'Root cannot sign in by SSH.'
    else
        bad "PermitRootLogin이 no가 아닙니다(${_root:-설정 없음: 키 로그인 허용})." "PermitRootLogin is not no (${_root:-not set: keys are accepted})."
    fi
}

u02() {
    _max=$(settings /etc/login.defs | last PASS_MAX_DAYS)
    _min=$(settings /etc/login.defs | last PASS_MIN_DAYS)
    { settings /etc/security/pwquality.conf; settings_of /etc/security/pwquality.conf.d '*.conf'
      pam | grep -E 'pam_(pwquality|cracklib)' | words | grep '='; } >"$T/quality"
    _length=$(last minlen <"$T/quality")
    _class=$(last minclass <"$T/quality")
    _credits=0
    for _key in ucredit lcredit dcredit ocredit; do
        case $(last "$_key" <"$T/quality") in -[1-9]*) _credits=$((_credits + 1)) ;; esac
    done
    number "$_class" && [ "$_class" -gt "$_credits" ] && _credits=$_class
    _used=$(pam | grep -c -E 'pam_(pwquality|cracklib)')
    _kept=$({ settings /etc/security/pwhistory.conf; pam | grep -E 'pam_(pwhistory|unix)' | words | grep '^remember='; } | last remember)
    printf 'PASS_MAX_DAYS %s\nPASS_MIN_DAYS %s\nminlen %s\nclasses %s\npam_pwquality/cracklib %s\nremember %s\n' \
        "${_max:--}" "${_min:--}" "${_length:--}" "$_credits" "$_used" "${_kept:--}"
    _lack=""
    { number "$_max" && [ "$_max" -le 90 ] && [ "$_max" -gt 0 ]; } || _lack="$_lack PASS_MAX_DAYS<=90"
    { number "$_min" && [ "$_min" -ge 1 ]; } || _lack="$_lack PASS_MIN_DAYS>=1"
    { number "$_length" && [ "$_length" -ge 8 ]; } || _lack="$_lack minlen>=8"
    if [ "$_used" -eq 0 ] || [ "$_credits" -lt 2 ] || { [ "$_credits" -lt 3 ] && [ "${_length:-0}" -lt 10 ]; }; then _lack="$_lack complexity"; fi
    { number "$_kept" && [ "$_kept" -ge 1 ]; } || _lack="$_lack remember"
    if [ -z "$_lack" ]; then
        good '비밀번호의 길이, 복잡도, 사용 기간, 재사용 제한이 설정되어 있습니다.' 'Length, complexity, age and reuse of passwords are limited.'
    else
        bad "부족한 비밀번호 정책:$_lack" "Missing password policy:$_lack"
    fi
}

u03() {
    pam | grep -E 'pam_(faillock|tally2?)' >"$T/lock"
    cat "$T/lock"
    _deny=$({ settings /etc/security/faillock.conf; words <"$T/lock" | grep '^deny='; } | last deny)
    [ -s "$T/lock" ] && grep -q faillock "$T/lock" && _deny=${_deny:-3}
    echo "deny ${_deny:--}"
    if [ -s "$T/lock" ] && number "$_deny" && [ "$_deny" -ge 1 ] && [ "$_deny" -le 10 ]; then
        good "로그인 $_deny회 실패 시 계정이 잠깁니다." "Accounts are locked after $_deny failures."
    else
        bad '로그인 실패 10회 이내에 계정을 잠그는 설정이 없습니다.' 'Nothing locks an account within ten failures.'
    fi
}

u04() {
    accounts | awk -F: '$2 != "x" && $2 !~ /^[*!]/ { print $1 ": " ($2 == "" ? "empty password field" : "password kept in passwd") }' >"$T/plain"
    slurp /etc/shadow | awk -F: 'NF > 2 && $2 == "" { print $1 ": empty password" }' >>"$T/plain"
    cat "$T/plain"
    if [ -s "$T/plain" ]; then
        bad '비밀번호가 비어 있거나 shadow 밖에 보관된 계정이 있습니다.' 'An account has no password, or keeps it outside shadow.'
    elif there /etc/shadow; then
        good '모든 비밀번호가 shadow에 보관되고 빈 비밀번호가 없습니다.' 'Every password is kept in shadow, none is empty.'
    else
        bad '/etc/shadow 파일이 없습니다.' '/etc/shadow is missing.'
    fi
}

u05() {
    accounts | awk -F: '$3 ~ /^0+$/ { print $1 ": UID " $3 }' >"$T/zero"
    cat "$T/zero"
    if grep -q -v '^root:' "$T/zero"; then
        bad 'root 이외에 UID 0인 계정이 있습니다.' 'Another account than root has UID 0.'
    else
        good 'UID 0은 root뿐입니다.' 'Only root has UID 0.'
    fi
}

u06() {
    settings /etc/pam.d/su | grep -E '^auth.*pam_wheel' >"$T/wheel"
    cat "$T/wheel"
    _su=$(file_of su)
    if [ -z "$_su" ]; then good 'su 명령이 없습니다.' 'There is no su command.'; return; fi
    _mode=$(mode_of "$_su") || return 0
    echo "$_mode"
    _bits=${_mode%% *}
    if grep -q -E '^auth[[:space:]]+(required|requisite)[[:space:]].*pam_wheel' "$T/wheel"; then
        good 'su 명령을 특정 그룹만 쓸 수 있습니다(pam_wheel).' 'Only one group may use su (pam_wheel).'
    elif [ $((0$_bits & 01)) -eq 0 ]; then
        good 'su 명령의 실행 권한이 그룹으로 제한되어 있습니다.' 'The mode of su lets only a group run it.'
    elif [ $((0$_bits & 04000)) -eq 0 ] && [ "${_su##*/}" = su ] && ! readlink -f "$_su" | grep -q bbsuid; then
        good 'su 명령에 SUID가 없어 일반 사용자가 쓸 수 없습니다.' 'su has no SUID bit, so users cannot use it.'
    else
        bad '모든 사용자가 su 명령을 쓸 수 있습니다.' 'Every user may use su.'
    fi
}

u07() {
    login_accounts | awk -F: '{ print $1 " uid=" $3 " " $7 }'
    manual '로그인할 수 있는 계정 중 퇴직자, 시험용, 쓰지 않는 기본 계정이 있는지 확인하십시오.' \
        'Look for accounts of people who left, of tests, and for unused defaults among those that can sign in.'
}

u08() {
    slurp /etc/group | awk -F: '$3 == 0 || $1 ~ /^(wheel|sudo|admin|adm)$/ { print $1 ": " $4 }' >"$T/admins"
    accounts | awk -F: '$4 == 0 && $3 != 0 { print "primary gid 0: " $1 }' >>"$T/admins"
    cat "$T/admins"
    if grep -v '^adm:' "$T/admins" | sed 's/^[^:]*: *//' | tr ',' '\n' | grep -v -x -E 'root|' | grep -q .; then
        manual '관리자 그룹의 각 구성원이 꼭 필요한지 확인하십시오.' 'Check that each member of the administrators’ groups is needed.'
    else
        good '관리자 그룹에 root 이외의 계정이 없습니다.' 'No account but root is in an administrators’ group.'
    fi
}

u09() {
    slurp /etc/group >"$T/group"
    accounts >"$T/passwd"
    awk -F: 'NR == FNR { if (NF > 2) known[$3] = 1; next } !($4 in known) { print $1 ": GID " $4 " is no group" }' "$T/group" "$T/passwd" >"$T/gids"
    awk -F: 'NR == FNR { used[$4] = 1; next } $3 >= 1000 && $3 < 65534 && $4 == "" && !($3 in used) { print "group without account: " $1 " (" $3 ")" }' "$T/passwd" "$T/group" >>"$T/gids"
    cat "$T/gids"
    if [ -s "$T/gids" ]; then
        bad '계정이 없는 그룹 또는 그룹이 없는 GID가 있습니다.' 'There is a group without account or a GID without group.'
    else
        good '모든 GID에 그룹과 계정이 있습니다.' 'Every GID has its group and account.'
    fi
}

u10() {
    accounts | awk -F: '{ names[$3] = names[$3] " " $1; if (++count[$3] == 2) twice[$3] = 1 }
        END { for (id in twice) print "UID " id ":" names[id] }' >"$T/uids"
    cat "$T/uids"
    if [ -s "$T/uids" ]; then
        bad '같은 UID를 쓰는 계정이 있습니다.' 'Accounts share a UID.'
    else
        good '모든 계정의 UID가 서로 다릅니다.' 'Every account has a UID of its own.'
    fi
}

u11() {
    login_accounts | awk -F: '$3 != 0 && $1 ~ /^(daemon|bin|sys|adm|listen|nobody|nobody4|noaccess|diag|operator|games|gopher|lp|uucp|nuucp|news|mail|man|proxy|www-data|backup|list|irc|gnats|ftp)$/ { print $1 ": " ($7 == "" ? "(default shell)" : $7) }' >"$T/shells"
    cat "$T/shells"
    login_accounts | awk -F: '$3 != 0 && $3 < 1000 { print "system account with a shell: " $1 " " $7 }'
    if [ -s "$T/shells" ]; then
        bad '로그인이 필요 없는 시스템 계정에 로그인 셸이 있습니다.' 'A system account that needs no sign-in has a shell.'
    else
        good '로그인이 필요 없는 기본 계정에 로그인 셸이 없습니다.' 'No default system account has a login shell.'
    fi
}

u12() {
    shell_files | grep -E 'TMOUT|autologout' | head -n 20 >"$T/tmout"
    cat "$T/tmout"
    _seconds=$(sed -n 's/.*TMOUT=["'\'']*\([0-9][0-9]*\).*/\1/p' "$T/tmout" | tail -n 1)
    if number "$_seconds" && [ "$_seconds" -ge 1 ] && [ "$_seconds" -le 600 ]; then
        good "쓰지 않는 세션이 $_seconds초 뒤에 끝납니다." "An idle session ends after $_seconds seconds."
    else
        bad 'TMOUT이 600초 이하로 설정되어 있지 않습니다.' 'TMOUT is not set to 600 seconds or less.'
    fi
}

u13() {
    _method=$(settings /etc/login.defs | last ENCRYPT_METHOD)
    pam | grep -E '^password.*pam_unix' | words | grep -x -E 'md5|bigcrypt|sha256|sha512|blowfish|yescrypt|gost_yescrypt' >"$T/method"
    echo "ENCRYPT_METHOD ${_method:--}; pam_unix $(tr '\n' ' ' <"$T/method")"
    # Only the name of the method leaves this pipe, never the hash.
    slurp /etc/shadow | awk -F: '$2 != "" && $2 !~ /^[!*]+$/ { hash = $2; sub(/^!+/, "", hash)
        kind = "DES"; if (hash ~ /^\$/) { split(hash, part, "$"); kind = part[2] }
        if (hash == "") next
        weak = kind !~ /^(2[abxy]?|5|6|7|y|gy)$/; print $1 ": " (weak ? "weak " : "") kind }' >"$T/hashes"
    cat "$T/hashes"
    if grep -q ': weak ' "$T/hashes" || grep -q -x -E 'md5|bigcrypt' "$T/method"; then
        bad '약한 방식(DES, MD5 등)으로 저장된 비밀번호 또는 그런 설정이 있습니다.' 'A password is, or will be, kept by a weak method (DES, MD5 …).'
    else
        case $_method in
            [Dd][Ee][Ss] | [Mm][Dd]5) bad "ENCRYPT_METHOD가 ${_method}입니다." "ENCRYPT_METHOD is $_method." ;;
            '') if [ -s "$T/method" ] || [ -s "$T/hashes" ]; then
                    good '비밀번호가 SHA-2 이상의 방식으로 저장됩니다.' 'Passwords are kept by SHA-2 or better.'
                else
                    manual '비밀번호 저장 방식이 설정 파일에 없습니다. 배포판의 기본값을 확인하십시오.' 'No file says how passwords are kept; look up the distribution’s default.'
                fi ;;
            *) good '비밀번호가 SHA-2 이상의 방식으로 저장됩니다.' 'Passwords are kept by SHA-2 or better.' ;;
        esac
    fi
}

u14() {
    _home=$(accounts | awk -F: '$1 == "root" { print $6; exit }')
    _home=${_home:-/root}
    { shell_files; settings /etc/login.defs /root/.profile /root/.bashrc /root/.bash_profile "$_home/.profile"; } |
        grep -E '(^|[[:space:];])(ENV_SU)?PATH[=[:space:]]' | sort -u >"$T/paths"
    cat "$T/paths"
    awk '{ at = match($0, /PATH[= \t]+/); value = substr($0, at + RLENGTH); sub(/^PATH=/, "", value)
        if (substr(value, 1, 1) ~ /["\047]/) { mark = substr(value, 1, 1); value = substr(value, 2); end = index(value, mark); if (end) value = substr(value, 1, end - 1) }
        else sub(/[; \t].*/, "", value)
        if (value == "") next
        n = split(value, part, ":"); for (i = 1; i <= n; i++) if (part[i] == "" || part[i] ~ /^\.\.?(\/|$)/) { print; next } }' "$T/paths" >"$T/dots"
    guarded 755 root "$_home" || echo writable >>"$T/dots"
    for _dir in /usr/local/sbin /usr/local/bin /usr/sbin /usr/bin /sbin /bin; do
        [ -d "$_dir" ] && { guarded 2755 root "$_dir" >"$T/dir" || { cat "$T/dir"; echo writable >>"$T/dots"; }; }
    done
    if [ -s "$T/dots" ]; then
        bad 'root의 PATH에 현재 폴더(.)가 있거나, 홈 또는 PATH 폴더에 다른 사용자가 쓸 수 있습니다.' 'Root’s PATH holds the current folder, or others may write in its home or a folder of PATH.'
    else
        good 'root의 홈과 PATH가 안전합니다.' 'Root’s home and PATH are safe.'
    fi
}

found_item() { # found_item NAME KO-BAD EN-BAD KO-GOOD EN-GOOD
    head -n 100 "$T/$1"
    if [ -s "$T/$1" ]; then bad "$2" "$3"; else good "$4" "$5"; fi
}

only_orphans() {
    awk 'NR == FNR { known[$1] = 1; next } /^[0-9]+ [0-9]+ / && (!(("u" $1) in known) || !(("g" $2) in known))' "$T/ids" -
}

u15() {
    if find / -maxdepth 0 -nouser >/dev/null 2>&1; then
        search orphans '(' -nouser -o -nogroup ')' -print
    else # busybox find does not know -nouser
        accounts | cut -d: -f3 | sed 's/^/u/' >"$T/ids"
        slurp /etc/group | cut -d: -f3 | sed 's/^/g/' >>"$T/ids"
        FILTER=only_orphans
        search orphans -exec stat -c '%u %g %n' '{}' +
    fi
    found_item orphans '소유자나 그룹이 없는 파일이 있습니다.' 'There are files without owner or group.' \
        '소유자와 그룹이 없는 파일이 없습니다.' 'Every file has an owner and a group.'
}

u16() { file_item 644 root /etc/passwd; }

u17() {
    : >"$T/start"
    : >"$T/start-errors"
    for _dir in /etc/init.d /etc/rc.d /etc/rc0.d /etc/rc1.d /etc/rc2.d /etc/rc3.d /etc/rc4.d /etc/rc5.d /etc/rc6.d /etc/rcS.d /etc/systemd/system /etc/runlevels /etc/inittab /etc/rc.local; do
        there "$_dir" || continue
        find "$_dir" ! -type l '(' ! -user root -o -perm -0002 ')' -print 2>>"$T/start-errors" >>"$T/start"
    done
    if [ -s "$T/start-errors" ]; then denied "$(head -n 3 "$T/start-errors")"; fi
    found_item start '시작 스크립트 중 root 소유가 아니거나 누구나 쓸 수 있는 것이 있습니다.' 'A start script is not root’s, or everybody may write it.' \
        '시작 스크립트는 root 소유이고 다른 사용자가 쓸 수 없습니다.' 'Start scripts are root’s and others cannot write them.'
}

u18() { file_item 400 root /etc/shadow; }
u19() { file_item 644 root /etc/hosts; }
u20() { file_item 600 root /etc/inetd.conf /etc/xinetd.conf; }
u21() { file_item 640 'root bin sys' /etc/syslog.conf /etc/rsyslog.conf /etc/syslog-ng/syslog-ng.conf; }
u22() { file_item 644 'root bin sys' /etc/services; }

u23() {
    search suid -type f '(' -perm -4000 -o -perm -2000 ')' -print
    grep -v -E '^(/usr)?(/local)?/(s?bin|lib|lib64|libexec)/(.*/)?(su|sudo|sudoedit|passwd|mount|umount|chsh|chfn|gpasswd|chage|expiry|wall|write|write\.ul|bsd-write|ssh-agent|ssh-keysign|dbus-daemon-launch-helper|unix_chkpwd|pam_extrausers_chkpwd|pam_timestamp_check|fusermount3?|pkexec|polkit-agent-helper-1|crontab|ping6?|utempter|bbsuid|doas|postdrop|postqueue|mount\.nfs|userhelper|usernetctl|grub2-set-bootflag|sss[a-z_]*|krb5_child|ldap_child|proxy_child|selinux_child|p11_child|dotlockfile|plocate|mlocate|locate|newuidmap|newgidmap|newgrp|camel-lock-helper-1\.2|Xorg\.wrap|exim4|sendmail|snap-confine|mail-[a-z]*|chrome-sandbox|cockpit-session|cockpit-wsinstance-socket|at)$' "$T/suid" >"$T/odd"
    while IFS= read -r _each; do
        [ -f "$_each" ] || continue
        within "$(stat -c '%a' "$_each" 2>/dev/null || echo 0)" 7755 || printf '%s\n' "$_each"
    done <"$T/suid" >>"$T/odd"
    sort -u -o "$T/odd" "$T/odd"
    echo "SUID/SGID: $(grep -c . "$T/suid")"
    found_item odd '배포판의 표준 목록에 없거나 변조될 수 있는 SUID/SGID 파일이 있습니다. 필요한지 확인하고 권한을 제거하십시오.' 'A SUID or SGID file is not one of the usual ones, or others may write it. Remove the bit unless it is needed.' \
        '표준적인 SUID/SGID 파일만 있습니다.' 'Only the usual SUID and SGID files are there.'
}

u24() {
    _bad=no
    for _path in /etc/profile /etc/bashrc /etc/bash.bashrc /etc/environment; do
        there "$_path" && { guarded 644 root "$_path" || _bad=yes; }
    done
    login_accounts | awk -F: '{ print $1 ":" $6 }' | sort -u >"$T/homes"
    while IFS=: read -r _user _home; do
        case $_home in '' | /) continue ;; esac
        for _name in .profile .bashrc .bash_profile .bash_login .kshrc .cshrc .login .zshrc .netrc; do
            there "$_home/$_name" && { guarded 755 "root $_user" "$_home/$_name" || _bad=yes; }
        done
    done <"$T/homes"
    if [ "$_bad" = yes ]; then
        bad '환경 파일의 소유자가 다르거나 다른 사용자가 쓸 수 있습니다.' 'An environment file has another owner, or others may write it.'
    else
        good '환경 파일은 본인 또는 root만 쓸 수 있습니다.' 'Environment files can be written by their owner or root alone.'
    fi
}

u25() {
    search world '(' -type f -perm -0002 -o -type d -perm -0002 ! -perm -1000 ')' -print
    found_item world '누구나 쓸 수 있는 파일 또는 sticky bit 없는 폴더가 있습니다.' 'There are files everybody may write, or such folders without the sticky bit.' \
        '누구나 쓸 수 있는 파일이 없습니다.' 'No file is writable by everybody.'
}

u26() {
    if ! there /dev; then none '/dev가 없습니다.' 'There is no /dev.'; return; fi
    find /dev -xdev -type f -print 2>"$T/dev-errors" | grep -v -E '^/dev/(shm|mqueue|\.udev|\.lxc|\.lxd-mounts)(/|$)' | head -n 200 >"$T/dev"
    [ -s "$T/dev-errors" ] && denied "$(head -n 3 "$T/dev-errors")"
    found_item dev '/dev에 장치가 아닌 일반 파일이 있습니다.' 'There is a regular file in /dev.' '/dev에 일반 파일이 없습니다.' 'There is no regular file in /dev.'
}

u27() {
    _bad=no
    : >"$T/trust"
    there /etc/hosts.equiv && echo root:/etc/hosts.equiv >"$T/trust"
    accounts | while IFS=: read -r _user _ _ _ _ _home _; do
        [ -n "$_home" ] && there "$_home/.rhosts" && echo "$_user:$_home/.rhosts"
    done | sort -u >>"$T/trust"
    while IFS=: read -r _user _path; do
        guarded 600 "root $_user" "$_path" || _bad=yes
        slurp "$_path" | grep -q '^[[:space:]]*+' && { echo "$_path: +"; _bad=yes; }
    done <"$T/trust"
    if [ "$_bad" = yes ]; then
        bad '신뢰 호스트 파일에 "+"가 있거나 권한이 600을 넘습니다.' 'A trust file holds "+", or its mode exceeds 600.'
    elif [ -s "$T/trust" ]; then
        good '신뢰 호스트 파일의 소유자와 권한이 맞고 "+"가 없습니다.' 'Trust files have the right owner and mode and hold no "+".'
    else
        good 'hosts.equiv와 .rhosts 파일이 없습니다.' 'There is no hosts.equiv or .rhosts.'
    fi
}

u28() {
    settings /etc/hosts.deny /etc/hosts.allow | tr -d ' \t' | sed 's/^/tcp_wrappers: /'
    _deny=$(settings /etc/hosts.deny | tr -d ' \t' | grep -i -c '^ALL:ALL')
    _allow=$(settings /etc/hosts.allow | tr -d ' \t' | grep -i -c '^ALL:ALL')
    { settings /etc/ufw/ufw.conf | grep -i '^ENABLED='; settings /etc/default/ufw | grep '^DEFAULT_INPUT_POLICY='; } >"$T/ufw"
    { settings /etc/nftables.conf /etc/sysconfig/nftables.conf | grep -E 'policy drop|drop|reject'
      settings /etc/iptables/rules.v4 /etc/sysconfig/iptables /etc/iptables/rules-save | grep -E '^:INPUT DROP|-j (DROP|REJECT)'
      grep -E '^enabled: .*/(firewalld|nftables|ufw)' "$T/enabled"; } | head -n 20 >"$T/wall"
    cat "$T/ufw" "$T/wall"
    if [ "$_deny" -gt 0 ] && [ "$_allow" -eq 0 ]; then
        good '허용하지 않은 접속을 모두 거부합니다(hosts.deny).' 'What is not allowed is refused (hosts.deny).'
    elif grep -q -i 'ENABLED=yes' "$T/ufw" && grep -q -E 'POLICY="?(DROP|REJECT)' "$T/ufw"; then
        good '방화벽(ufw)이 허용하지 않은 접속을 거부합니다.' 'The firewall (ufw) refuses what is not allowed.'
    elif [ -s "$T/wall" ]; then
        manual '방화벽 규칙이 필요한 IP와 포트만 허용하는지, 실제로 적용되어 있는지 확인하십시오.' 'Check that the firewall allows the needed addresses and ports alone, and that it is loaded.'
    else
        bad '접속 IP와 포트를 제한하는 설정이 없습니다.' 'Nothing limits addresses and ports.'
    fi
}

u29() { file_item 600 root /etc/hosts.lpd; }

u30() {
    { settings /etc/login.defs | grep -E '^UMASK[[:space:]]'; shell_files | grep -E '(^|[[:space:];])umask[[:space:]]+[0-7]'
      pam_session=$(settings /etc/pam.d/common-session /etc/pam.d/system-auth | grep pam_umask); [ -n "$pam_session" ] && printf '%s\n' "$pam_session"; } >"$T/umask"
    cat "$T/umask"
    sed -n -e 's/.*[Uu][Mm][Aa][Ss][Kk][=[:space:]][[:space:]]*\([0-7][0-7]*\).*/\1/p' "$T/umask" >"$T/masks"
    _bad=no
    while IFS= read -r _mask; do
        [ $((0$_mask & 022)) -eq $((022)) ] || _bad=yes
    done <"$T/masks"
    if [ ! -s "$T/masks" ]; then
        bad 'UMASK가 설정되어 있지 않습니다.' 'No UMASK is set.'
    elif [ "$_bad" = yes ]; then
        bad 'UMASK가 022보다 느슨합니다.' 'A UMASK is weaker than 022.'
    else
        good 'UMASK가 022 이상입니다.' 'The UMASK is 022 or stricter.'
    fi
}

u31() {
    _bad=no
    login_accounts | awk -F: '($3 >= 1000 && $3 < 65534) || $3 == 0 { print $1 ":" $6 }' >"$T/homes"
    while IFS=: read -r _user _home; do
        if there "$_home" && [ -d "$_home" ] && [ "$_home" != / ]; then guarded 2755 "$_user" "$_home" || _bad=yes; fi
    done <"$T/homes"
    if [ "$_bad" = yes ]; then
        bad '홈 폴더의 소유자가 다르거나 다른 사용자가 쓸 수 있습니다.' 'A home has another owner, or others may write in it.'
    else
        good '홈 폴더는 본인 소유이고 다른 사용자가 쓸 수 없습니다.' 'Homes belong to their users and others cannot write in them.'
    fi
}

u32() {
    login_accounts | awk -F: '{ print $1 ":" $6 }' >"$T/homes"
    while IFS=: read -r _user _home; do
        if [ -z "$_home" ] || [ "$_home" = / ]; then echo "$_user: home is \"$_home\""; continue; fi
        there "$_home" && [ -d "$_home" ] || echo "$_user: $_home is missing"
    done <"$T/homes" >"$T/missing"
    found_item missing '홈 폴더가 없는 계정이 있습니다.' 'An account has no home.' '로그인 계정의 홈 폴더가 모두 있습니다.' 'Every account that can sign in has its home.'
}

u33() {
    limited "$FIND_SECONDS" find /tmp /var/tmp /dev /usr /etc -xdev -name '.*' ! -name . ! -name .. -print 2>/dev/null | grep -v -E '/\.(gitignore|placeholder|pwd\.lock|build-id|X11-unix|ICE-unix|font-unix|XIM-unix|Test-unix|updated)' | head -n 100
    manual '숨겨진 파일과 폴더 중 만든 사람과 쓰임을 모르는 것이 있는지 확인하십시오.' 'Look for hidden files and folders that nobody can explain.'
}

u34() { off_or_bad 'fingerd|cfingerd' 'tcp/79' Finger Finger finger; }

u35() {
    : >"$T/anon"
    _ftp=no
    for _path in /etc/vsftpd.conf /etc/vsftpd/vsftpd.conf; do
        there "$_path" || continue
        _ftp=yes
        _value=$(settings "$_path" | last anonymous_enable)
        echo "$_path: anonymous_enable=${_value:-(default YES)}"
        case $_value in [Nn][Oo]) ;; *) echo vsftpd >>"$T/anon" ;; esac
    done
    settings /etc/proftpd/proftpd.conf /etc/proftpd.conf | grep -i '<Anonymous' && echo proftpd >>"$T/anon"
    settings /etc/samba/smb.conf | grep -i -E '(guest ok|public)[[:space:]]*=[[:space:]]*yes' && echo samba >>"$T/anon"
    settings /etc/exports | grep -E 'anon(uid|gid)=' && echo nfs >>"$T/anon"
    accounts | awk -F: '$1 == "ftp" || $1 == "anonymous" { print "account " $1 " " $7 }'
    if [ -s "$T/anon" ]; then
        bad "익명 접근을 허용하는 공유 서비스가 있습니다: $(tr '\n' ' ' <"$T/anon")" "A share lets anybody in: $(tr '\n' ' ' <"$T/anon")"
    else
        good '익명 접근을 허용하는 공유 서비스가 없습니다.' 'No share lets anybody in.'
    fi
}

u36() { off_or_bad 'rshd|rlogind|rexecd' 'tcp/512 tcp/513 tcp/514' 'r 계열(rsh, rlogin, rexec)' 'An r-command (rsh, rlogin, rexec)' 'rsh|rlogin|rexec|shell|login|exec'; }

u37() {
    _bad=no
    _seen=no
    for _path in /etc/crontab /etc/anacrontab /etc/cron.allow /etc/cron.deny /etc/at.allow /etc/at.deny; do
        there "$_path" && { _seen=yes; guarded 640 root "$_path" || _bad=yes; }
    done
    for _dir in /etc/cron.d /etc/cron.hourly /etc/cron.daily /etc/cron.weekly /etc/cron.monthly /var/spool/cron /var/spool/cron/crontabs /etc/crontabs; do
        there "$_dir" || continue
        _seen=yes
        if [ ! -r "$_dir" ]; then denied "$_dir"; continue; fi
        find "$_dir" ! -type l '(' -perm -0002 -o -type f ! -user root -perm -0020 ')' ! -perm -1000 -print 2>/dev/null | head -n 20 >"$T/cron"
        [ -s "$T/cron" ] && { cat "$T/cron"; _bad=yes; }
    done
    _crontab=$(file_of crontab)
    if [ -n "$_crontab" ]; then
        _seen=yes
        mode_of "$_crontab"
        _bits=$(stat -L -c '%a' "$_crontab" 2>/dev/null || echo 0)
        if [ $((0$_bits & 01)) -ne 0 ] && ! there /etc/cron.allow; then
            case $(readlink -f "$_crontab") in *busybox*) ;; *) echo 'crontab: every user may run it and there is no cron.allow'; _bad=yes ;; esac
        fi
    fi
    if [ "$_bad" = yes ]; then
        bad 'cron 관련 파일의 권한이 640을 넘거나, 일반 사용자의 crontab 사용이 제한되지 않습니다.' 'A cron file’s mode exceeds 640, or every user may use crontab.'
    elif [ "$_seen" = yes ]; then
        good 'cron 관련 파일과 명령의 권한이 제한되어 있습니다.' 'Cron’s files and command are restricted.'
    else
        none 'cron이 설치되어 있지 않습니다.' 'Cron is not installed.'
    fi
}

u38() { off_or_bad 'inetd-builtin' 'tcp/7 tcp/9 tcp/13 tcp/19 udp/7 udp/9 udp/13 udp/19' 'echo, discard, daytime, chargen' 'One of echo, discard, daytime, chargen' \
    'echo|discard|daytime|chargen|echo-stream|echo-dgram|discard-stream|discard-dgram|daytime-stream|daytime-dgram|chargen-stream|chargen-dgram'; }
u39() { off_or_bad 'nfs|nfs-server|nfs-kernel-server|nfsd|rpc\.mountd|rpc\.nfsd' 'tcp/2049' 'NFS 서버' 'An NFS server'; }

u40() {
    if ! there /etc/exports; then none 'NFS 공유(/etc/exports)가 없습니다.' 'There is no NFS export (/etc/exports).'; return; fi
    { settings /etc/exports; settings_of /etc/exports.d '*.exports'; } | sed '/^[[:space:]]*$/d' >"$T/exports"
    cat "$T/exports"
    _bad=no
    guarded 644 root /etc/exports || _bad=yes
    # An export to everybody: no client, "*", or options without a client.
    awk '{ wide = NF < 2; for (i = 2; i <= NF; i++) if ($i ~ /^(\*|\(|0\.0\.0\.0|::\/0)/ || $i ~ /no_root_squash/) wide = 1; if (wide) found = 1 } END { exit !found }' "$T/exports" && _bad=yes
    if [ "$_bad" = yes ]; then
        bad 'NFS 공유가 모두에게 열려 있거나 root 권한을 넘기거나, exports 권한이 기준을 벗어납니다.' 'An export is open to everybody or trusts remote root, or the mode of exports is too wide.'
    else
        good 'NFS 공유가 지정한 호스트에만 열려 있습니다.' 'Exports are open to named hosts alone.'
    fi
}

u41() { off_or_bad 'autofs|automount|amd' '' automountd automountd; }
u42() { off_or_bad 'rpc\.cmsd|rpc\.ttdbserverd|sadmind|rusersd|walld|sprayd|rstatd|rpc\.nisd|rexd|rpc\.pcnfsd|rpc\.statd|rpc\.ypupdated|rpc\.rquotad|kcms_server|cachefsd|rpcbind|portmap' 'tcp/111 udp/111' RPC RPC; }
u43() { off_or_bad 'ypserv|ypbind|ypxfrd|yppasswdd|rpc\.yppasswdd|rpc\.ypxfrd|nis' '' 'NIS, NIS+' 'NIS'; }
u44() { off_or_bad 'tftpd|atftpd|tftpd-hpa|talkd|ntalkd' 'udp/69 udp/517 udp/518' 'tftp, talk' 'tftp or talk' 'tftp|talk|ntalk'; }

mail_on() { on 'postfix|sendmail|exim4?|qmail-smtpd|opensmtpd|smtpd' 'tcp/25 tcp/587' || there /etc/postfix/main.cf || there /etc/mail/sendmail.cf || there /etc/exim4/exim4.conf.template || there /etc/exim/exim.conf; }
package() { # package NAME…: version as the package manager tells it
    for _name in "$@"; do
        dpkg-query -W -f '${Package} ${Version} ${Status}\n' "$_name" 2>/dev/null | grep ' installed$'
        [ -d /var/lib/rpm ] && rpm -q "$_name" 2>/dev/null | grep -v 'not installed'
        [ -d /lib/apk ] && grep -A1 -x "P:$_name" /lib/apk/db/installed 2>/dev/null
    done
}
no_mail() { none '메일 서버가 설치되어 있지 않습니다.' 'There is no mail server.'; }
no_dns() { none 'DNS 서버(BIND)가 설치되어 있지 않습니다.' 'There is no DNS server (BIND).'; }
no_ftp() { none 'FTP 서버가 설치되어 있지 않습니다.' 'There is no FTP server.'; }
no_snmp() { none 'SNMP 설정(snmpd.conf)이 없습니다.' 'There is no SNMP configuration (snmpd.conf).'; }

u45() {
    mail_on || { no_mail; return; }
    package postfix sendmail exim4 exim opensmtpd
    manual '메일 서버가 제작사가 지원하는 최신 보안 패치 판인지 확인하십시오.' 'Check that the mail server is a supported version with the latest security fixes.'
}
u46() {
    mail_on || { no_mail; return; }
    _bad=no
    _known=no
    if there /etc/mail/sendmail.cf; then
        _known=yes
        settings /etc/mail/sendmail.cf | grep PrivacyOptions
        settings /etc/mail/sendmail.cf | grep PrivacyOptions | grep -q restrictqrun || _bad=yes
    fi
    for _path in /usr/sbin/postsuper /usr/sbin/exiqgrep; do
        there "$_path" || continue
        _known=yes
        guarded 750 root "$_path" || _bad=yes
    done
    if [ "$_bad" = yes ]; then
        bad '일반 사용자가 메일 대기열을 다룰 수 있습니다.' 'Users may handle the mail queue.'
    elif [ "$_known" = yes ]; then
        good '일반 사용자가 메일 대기열을 다룰 수 없습니다.' 'Users cannot handle the mail queue.'
    else
        manual '일반 사용자가 메일 서버의 대기열 명령을 쓸 수 없는지 확인하십시오.' 'Check that users cannot run the mail server’s queue commands.'
    fi
}
# postfix_value KEY: of main.cf, with continued lines.
postfix_value() {
    slurp /etc/postfix/main.cf | sed '/^#/d' | awk -v key="$1" '/^[ \t]/ { if (inside) value = value " " $0; next }
        { inside = 0 } $0 ~ "^" key "[ \t]*=" { inside = 1; value = $0; sub(/^[^=]*=[ \t]*/, "", value) } END { print value }'
}
u47() {
    mail_on || { no_mail; return; }
    if there /etc/postfix/main.cf; then
        _nets=$(postfix_value mynetworks)
        _relay="$(postfix_value smtpd_relay_restrictions) $(postfix_value smtpd_recipient_restrictions)"
        printf 'mynetworks = %s\nrestrictions = %s\n' "$_nets" "$_relay"
        case " $_nets " in *'0.0.0.0/0'* | *'[::]/0'* | *' ::/0'*) bad 'mynetworks가 모든 주소의 릴레이를 허용합니다.' 'mynetworks lets every address relay.'; return ;; esac
        case $_relay in
            ' ' | *reject_unauth_destination* | *defer_unauth_destination*) good '허용하지 않은 릴레이를 거부합니다.' 'Relaying is refused unless allowed.' ;;
            *) bad '릴레이를 거부하는 규칙이 없습니다.' 'No rule refuses relaying.' ;;
        esac
    elif there /etc/mail/sendmail.cf; then
        if settings /etc/mail/sendmail.cf /etc/mail/sendmail.mc | grep -i promiscuous_relay; then
            bad '모든 릴레이를 허용합니다(promiscuous_relay).' 'Every relay is allowed (promiscuous_relay).'
        else
            manual 'sendmail의 접근 규칙이 릴레이를 거부하는지 확인하십시오.' 'Check that sendmail’s access rules refuse relaying.'
        fi
    else
        manual '메일 서버가 허용하지 않은 릴레이를 거부하는지 확인하십시오.' 'Check that the mail server refuses relaying.'
    fi
}
u48() {
    mail_on || { no_mail; return; }
    if there /etc/postfix/main.cf; then
        _value=$(postfix_value disable_vrfy_command)
        echo "disable_vrfy_command = $_value"
        case $_value in
            [Yy][Ee][Ss]) good 'VRFY 명령이 꺼져 있습니다.' 'VRFY is off.' ;;
            *) bad 'VRFY 명령이 켜져 있습니다.' 'VRFY is on.' ;;
        esac
    elif there /etc/mail/sendmail.cf; then
        _value=$(settings /etc/mail/sendmail.cf | grep PrivacyOptions)
        printf '%s\n' "$_value"
        case $_value in
            *goaway* | *noexpn*novrfy* | *novrfy*noexpn*) good 'EXPN, VRFY 명령이 꺼져 있습니다.' 'EXPN and VRFY are off.' ;;
            *) bad 'EXPN 또는 VRFY 명령이 켜져 있습니다.' 'EXPN or VRFY is on.' ;;
        esac
    else
        manual '메일 서버가 EXPN, VRFY 명령을 거부하는지 확인하십시오.' 'Check that the mail server refuses EXPN and VRFY.'
    fi
}

named() { slurp /etc/named.conf /etc/bind/named.conf /etc/bind/named.conf.options /etc/bind/named.conf.local /etc/bind/named.conf.default-zones | sed -e 's,//.*,,' -e 's/#.*//'; }
has_dns() { there /etc/named.conf || there /etc/bind/named.conf; }
u49() {
    has_dns || { no_dns; return; }
    package bind9 bind
    manual 'DNS 서버가 지원되는 최신 보안 패치 판인지 확인하십시오.' 'Check that the DNS server is a supported version with the latest security fixes.'
}
u50() {
    has_dns || { no_dns; return; }
    named | grep -A2 allow-transfer >"$T/dns"
    cat "$T/dns"
    if ! [ -s "$T/dns" ] || tr '\n' ' ' <"$T/dns" | grep -q -E 'allow-transfer[^{]*\{[[:space:]]*"?any"?[[:space:]]*;'; then
        bad 'Zone 전송이 제한되어 있지 않습니다.' 'Zone transfer is not limited.'
    else
        good 'Zone 전송을 허용한 호스트로 제한합니다.' 'Zone transfer is limited to named hosts.'
    fi
}
u51() {
    has_dns || { no_dns; return; }
    named | grep -A2 allow-update >"$T/dns"
    cat "$T/dns"
    if tr '\n' ' ' <"$T/dns" | grep -q -E 'allow-update[^{]*\{[[:space:]]*"?any"?[[:space:]]*;'; then
        bad '누구나 DNS 동적 업데이트를 할 수 있습니다.' 'Anybody may update the DNS.'
    else
        good '동적 업데이트가 꺼져 있거나 제한되어 있습니다.' 'Dynamic updates are off or limited.'
    fi
}

u52() { off_or_bad telnetd 'tcp/23' Telnet Telnet telnet; }
ftp_files() { for _path in /etc/vsftpd.conf /etc/vsftpd/vsftpd.conf /etc/proftpd/proftpd.conf /etc/proftpd.conf /etc/pure-ftpd/pure-ftpd.conf; do there "$_path" && echo "$_path"; done; }
FTP='ftpd|vsftpd|proftpd|pure-ftpd'
has_ftp() { ftp_files >"$T/ftp"; on "$FTP" 'tcp/21' ftp || [ -s "$T/ftp" ]; }
u53() {
    has_ftp || { no_ftp; return; }
    _value=$(settings /etc/vsftpd.conf /etc/vsftpd/vsftpd.conf | grep -E '^(ftpd_banner|banner_file)=')
    _ident=$(settings /etc/proftpd/proftpd.conf /etc/proftpd.conf | grep -i '^ServerIdent')
    printf '%s\n%s\n' "$_value" "$_ident"
    if [ -n "$_value" ] || printf '%s' "$_ident" | grep -q -i -E 'off|"'; then
        good 'FTP 접속 시 제품과 판 정보를 감춥니다.' 'The FTP greeting hides product and version.'
    else
        bad 'FTP 접속 시 제품과 판 정보가 드러납니다.' 'The FTP greeting tells product and version.'
    fi
}
u54() { off_or_bad "$FTP" 'tcp/21' '암호화되지 않는 FTP' 'Unencrypted FTP' ftp; }
u55() {
    accounts | awk -F: '$1 == "ftp" { print $1 ": " $7 }' >"$T/ftp"
    cat "$T/ftp"
    if [ ! -s "$T/ftp" ]; then
        none 'ftp 계정이 없습니다.' 'There is no ftp account.'
    elif grep -q -E '(/nologin|/false)$' "$T/ftp"; then
        good 'ftp 계정으로 로그인할 수 없습니다.' 'The ftp account cannot sign in.'
    else
        bad 'ftp 계정에 로그인 셸이 있습니다.' 'The ftp account has a login shell.'
    fi
}
ftpusers() { for _path in /etc/ftpusers /etc/ftpd/ftpusers /etc/vsftpd/ftpusers /etc/vsftpd.ftpusers /etc/vsftpd/user_list /etc/vsftpd.user_list; do there "$_path" && echo "$_path"; done; }
u56() {
    has_ftp || { no_ftp; return; }
    _bad=no
    ftpusers >"$T/list"
    while IFS= read -r _path; do guarded 640 root "$_path" || _bad=yes; done <"$T/list"
    if [ "$_bad" = yes ] || [ ! -s "$T/list" ]; then
        bad 'FTP 접근 제어 파일(ftpusers)이 없거나 권한이 640을 넘습니다.' 'The FTP access file (ftpusers) is missing or its mode exceeds 640.'
    else
        good 'FTP 접근 제어 파일의 소유자와 권한이 맞습니다.' 'The FTP access file has the right owner and mode.'
    fi
}
u57() {
    has_ftp || { no_ftp; return; }
    ftpusers >"$T/list"
    while IFS= read -r _path; do settings "$_path" | grep -x root | sed "s,^,$_path: ,"; done <"$T/list" >"$T/rooted"
    settings /etc/proftpd/proftpd.conf /etc/proftpd.conf | grep -i '^RootLogin' >>"$T/rooted"
    cat "$T/rooted"
    if [ -s "$T/rooted" ] && ! grep -q -i 'RootLogin[[:space:]]*on' "$T/rooted"; then
        good 'root의 FTP 접속이 차단되어 있습니다.' 'Root cannot use FTP.'
    else
        bad 'root의 FTP 접속이 차단되어 있지 않습니다.' 'Root is not kept from FTP.'
    fi
}

u58() { off_or_bad 'snmpd|snmp' 'udp/161' SNMP SNMP; }
# Community strings are secrets: only their length and quality leave this file.
communities() { settings /etc/snmp/snmpd.conf | awk '
    function grade(word) { return word ~ /^"?(public|private)"?$/ ? "default" : (length(word) >= 10 && word ~ /[0-9]/ && word ~ /[A-Za-z]/) || (length(word) >= 8 && word ~ /[0-9]/ && word ~ /[A-Za-z]/ && word ~ /[^0-9A-Za-z]/) ? "complex" : "short" }
    $1 ~ /^r[ow]community6?$/ { print $1 " " grade($2) " " ($3 == "" || $3 == "default" || $3 == "0.0.0.0/0" ? "anywhere" : "from " $3) }
    $1 ~ /^com2sec6?$/ { c = $2 == "-Cn" ? 2 : 0; print $1 " " grade($(4 + c)) " " ($(3 + c) == "default" || $(3 + c) == "0.0.0.0/0" ? "anywhere" : "from " $(3 + c)) }'; }
u59() {
    there /etc/snmp/snmpd.conf || { no_snmp; return; }
    communities >"$T/snmp"
    cat "$T/snmp"
    if [ -s "$T/snmp" ]; then
        bad 'SNMP v1/v2c(Community String)를 씁니다. v3를 쓰십시오.' 'SNMP v1/v2c (community strings) is used. Use v3.'
    else
        good 'SNMP v1/v2c를 쓰지 않습니다.' 'SNMP v1/v2c is not used.'
    fi
}
u60() {
    there /etc/snmp/snmpd.conf || { no_snmp; return; }
    communities >"$T/snmp"
    cat "$T/snmp"
    if grep -q -E ' (default|short) ' "$T/snmp"; then
        bad 'Community String이 기본값이거나 짧습니다.' 'A community string is a default or short.'
    else
        good '기본값이거나 짧은 Community String이 없습니다.' 'No community string is a default or short.'
    fi
}
u61() {
    there /etc/snmp/snmpd.conf || { no_snmp; return; }
    communities >"$T/snmp"
    cat "$T/snmp"
    if grep -q ' anywhere$' "$T/snmp"; then
        bad '어디서나 SNMP에 접근할 수 있습니다.' 'SNMP can be reached from anywhere.'
    else
        good 'SNMP 접근을 지정한 주소로 제한합니다.' 'SNMP is limited to named addresses.'
    fi
}

WARNING='warn|authori[sz]ed|unauthori[sz]ed|prohibited|monitored|경고|허가|권한|금지|무단|인가'
u62() {
    : >"$T/silent"
    for _path in /etc/issue /etc/issue.net /etc/motd; do
        there "$_path" || continue
        echo "$_path: $(slurp "$_path" | grep . | head -n 3 | tr '\n' ' ')"
    done
    slurp /etc/issue /etc/motd | grep -q -i -E "$WARNING" || echo console >>"$T/silent"
    if there /etc/ssh/sshd_config; then
        _banner=$(sshd_settings | awk 'tolower($1) == "banner" { print $2; exit }')
        echo "sshd Banner ${_banner:-none}"
        case ${_banner:-none} in
            none) slurp /etc/motd | grep -q -i -E "$WARNING" || echo ssh >>"$T/silent" ;;
            *) slurp "$_banner" | grep -q -i -E "$WARNING" || echo ssh >>"$T/silent" ;;
        esac
    fi
    if [ -s "$T/silent" ]; then
        bad "로그인 경고 문구가 없습니다: $(tr '\n' ' ' <"$T/silent")" "No warning is shown at sign-in: $(tr '\n' ' ' <"$T/silent")"
    else
        good '로그인할 때 경고 문구가 나옵니다.' 'A warning is shown at sign-in.'
    fi
}

u63() {
    if ! there /etc/sudoers; then none 'sudo가 설치되어 있지 않습니다.' 'sudo is not installed.'; return; fi
    _bad=no
    guarded 640 root /etc/sudoers || _bad=yes
    files /etc/sudoers.d '*' >"$T/sudoers"
    while IFS= read -r _path; do guarded 640 root "$_path" || _bad=yes; done <"$T/sudoers"
    { settings /etc/sudoers; settings_of /etc/sudoers.d '*'; } | grep -E '=[[:space:]]*\(?' | grep -v '^Defaults' >"$T/rules"
    cat "$T/rules"
    if grep -q -E '^ALL[[:space:]]' "$T/rules"; then _bad=yes; fi
    if [ "$_bad" = yes ]; then
        bad 'sudoers의 소유자나 권한이 기준(root, 640)을 벗어나거나 모든 사용자에게 sudo를 허용합니다.' 'Owner or mode of sudoers is too wide (root, 640), or everybody may use sudo.'
    else
        good 'sudoers의 소유자와 권한이 맞고 모든 사용자에게 열려 있지 않습니다.' 'sudoers has the right owner and mode and is not open to everybody.'
    fi
}

u64() {
    printf '%s\nkernel %s\n' "$OS" "$(uname -r)"
    for _path in /var/lib/apt/periodic/update-success-stamp /var/lib/dpkg/status /var/lib/rpm/rpmdb.sqlite /lib/apk/db/installed; do
        there "$_path" && stat -c '%y %n' "$_path" 2>/dev/null
    done
    manual '운영체제와 커널이 지원 기간 안의 최신 보안 패치인지, 패치 절차와 기록이 있는지 확인하십시오.' 'Check that system and kernel are supported and patched, and that patching is recorded.'
}

u65() {
    _on=no
    on 'chrony|chronyd|ntp|ntpd|ntpsec|openntpd|systemd-timesyncd' '' && _on=yes
    { settings /etc/chrony.conf /etc/chrony/chrony.conf /etc/ntp.conf /etc/ntpsec/ntp.conf /etc/openntpd/ntpd.conf /etc/ntpd.conf
      settings_of /etc/chrony/sources.d '*.sources'; settings_of /etc/chrony/conf.d '*.conf'; } | grep -E '^(server|pool|servers|peer)[[:space:]]' >"$T/ntp"
    settings /etc/systemd/timesyncd.conf | grep -E '^(NTP|FallbackNTP)=.' >>"$T/ntp"
    settings /etc/conf.d/ntpd | grep 'NTPD_OPTS' >>"$T/ntp"
    cat "$T/ntp"
    if grep -q timesyncd "$T/on"; then echo timesyncd >>"$T/ntp"; fi
    if [ "$_on" = yes ] && [ -s "$T/ntp" ]; then
        good '시각 동기화가 설정되어 있고 켜져 있습니다.' 'Time is synchronised and the service is on.'
    elif [ -s "$T/ntp" ]; then
        bad '시각 동기화 서버는 정해져 있으나 서비스가 켜져 있지 않습니다.' 'A time server is named, but the service is not on.'
    else
        bad '시각 동기화가 설정되어 있지 않습니다.' 'Time is not synchronised.'
    fi
}

u66() {
    _on=no
    on 'rsyslog|rsyslogd|syslog-ng|syslog|syslogd' '' && _on=yes
    { settings /etc/rsyslog.conf /etc/syslog.conf /etc/syslog-ng/syslog-ng.conf; settings_of /etc/rsyslog.d '*.conf'; } |
        grep -E '^[a-z*,]+\.[^[:space:]]+[[:space:]]|^log[[:space:]]*\{|@' |
        sed -E 's/(:om[a-z]+:).*/\1****/' >"$T/rules" # a data base's password may stand there
    cat "$T/rules"
    if [ "$_on" = yes ] && grep -q -E '^(auth|authpriv|auth,authpriv|\*)\.|[,;](auth|authpriv)\.|^log' "$T/rules"; then
        good '인증 기록을 포함한 로그 정책이 설정되어 있고 로그 서비스가 켜져 있습니다.' 'A logging policy that covers sign-ins is set and its service is on.'
    elif [ "$_on" = yes ]; then
        manual '로그 서비스는 켜져 있으나 규칙을 읽지 못했습니다. 인증과 관리 행위가 남는지 확인하십시오.' 'A log service is on but its rules are unknown; check that sign-ins and administration are recorded.'
    elif there /var/log/journal && [ -d /var/log/journal ]; then
        manual 'journald가 로그를 남깁니다. 보관 기간과 원격 보관이 정책에 맞는지 확인하십시오.' 'journald keeps the logs; check that retention and remote copies follow the policy.'
    else
        bad '로그 서비스가 켜져 있지 않거나 규칙이 없습니다.' 'No log service with rules is on.'
    fi
}

u67() {
    : >"$T/logs"
    guarded 2775 'root syslog' /var/log || echo /var/log >>"$T/logs"
    find /var/log -xdev ! -type l '(' -type f -perm -0002 -o -type d -perm -0002 ! -perm -1000 ')' -print 2>"$T/log-errors" >>"$T/logs"
    find /var/log -xdev -maxdepth 1 -type f '(' -perm -0020 -o -perm -0001 ')' ! -name wtmp ! -name btmp ! -name lastlog -print 2>/dev/null >>"$T/logs"
    [ -s "$T/log-errors" ] && denied "$(head -n 3 "$T/log-errors")"
    found_item logs '로그 폴더나 파일의 소유자 또는 권한이 기준(root, 644)을 벗어납니다.' 'Owner or mode of a log folder or file is too wide (root, 644).' \
        '로그 폴더와 파일은 관리자만 쓸 수 있습니다.' 'Only the administrator may write log folders and files.'
}

# The run

local_roots() {
    echo /
    [ -r /proc/mounts ] && awk '$3 ~ /^(ext[234]|xfs|btrfs|zfs|f2fs|jfs|reiserfs|bcachefs)$/ && $2 != "/" && !seen[$1]++ { print $2 }' /proc/mounts |
        while IFS= read -r _mount; do
            _mount=$(printf '%b' "$_mount")
            [ -d "$_mount" ] && printf '%s\n' "$_mount"
        done
}

os_name() {
    if [ -r /etc/os-release ]; then slurp /etc/os-release | sed -n 's/^PRETTY_NAME=//p' | tr -d '"' | head -n 1; else uname -s; fi
}

addresses() {
    {
        ip -o addr show 2>/dev/null | awk '$3 ~ /^inet6?$/ { sub(/\/.*/, "", $4); print $4 }'
        hostname -I 2>/dev/null | tr ' ' '\n'
    } | grep -v -E '^(127\.|::1$|fe80:)' | grep -E '^[0-9a-fA-F:.]+$' | awk '!seen[$0]++' | head -n 20
}

digest_of() { sha256sum "$1" | cut -d' ' -f1; }

wanted() { [ -z "$ONLY" ] || case ",$ONLY," in *",$1,"*) return 0 ;; *) return 1 ;; esac; }

close_item() {
    # Whatever a tool complained of: its answer is not to be trusted.
    grep -v -i -E 'broken pipe|i/o error$' "$T/complaints" >"$T/serious"
    if [ -s "$T/serious" ]; then denied "$(head -n 3 "$T/serious")"; fi
    if [ -s "$T/denied" ]; then
        FAULTS=yes
        case $STATUS in
            양호 | 해당없음 | 오류)
                fault '읽지 못한 것이 있어 판정하지 않았습니다. root로 다시 실행하거나 시간 제한을 확인하십시오.' \
                    'Something could not be read, so nothing was judged. Run it as root, or look at the time limit.' ;;
        esac
        sort -u "$T/denied" | sed 's/^/unreadable: /' >>"$T/evidence"
    fi
}

check() { # check CODE GRADE TITLE
    : >"$T/denied"
    fault '점검이 결과를 내지 못했습니다.' 'The check came to no result.'
    # In a process of its own, so that a file system that hangs does not stop the run.
    rm -f "$T/verdict" "$T/done"
    (
        trap ': >"$T/done"' EXIT
        "u${1#U-}"
        printf '%s\n%s\n%s\n' "$STATUS" "$KO" "$EN" >"$T/verdict"
    ) >"$T/evidence" 2>"$T/complaints" &
    ITEM=$!
    _naps=0
    until [ -e "$T/done" ] || [ "$_naps" -ge $((ITEM_SECONDS * 20)) ]; do
        sleep 0.05 2>/dev/null || sleep 1
        _naps=$((_naps + 1))
    done
    [ -e "$T/done" ] || kill "$ITEM" 2>/dev/null
    ITEM=""
    if [ -s "$T/verdict" ]; then
        { read -r STATUS; read -r KO; read -r EN; } <"$T/verdict"
    else
        denied "time limit of $ITEM_SECONDS s"
    fi
    close_item
    if [ "$LANGUAGE" = en ]; then _reason=$EN; else _reason=$KO; fi
    if [ "$STATUS" = 오류 ]; then FAULTS=yes; fi
    printf '%s{"code":"%s","title":%s,"severity":"%s","status":"%s","reason":%s,"evidence":%s}' \
        "$COMMA" "$1" "$(text "$3")" "$2" "$STATUS" "$(text "$_reason")" "$(bounded <"$T/evidence" | quoted)" >>"$T/body"
    COMMA=",
"
    printf '%s %-5s %s\n' "$1" "$STATUS" "$3" >&2
    echo "$STATUS" >>"$T/tally"
}

header() {
    _script=unknown
    [ -f "$0" ] && _script=$(digest_of "$0")
    printf '{"format":"gatepass-kisa-collector","format_version":1,"edition":"%s","timestamp":"%s",\n' "$EDITION" "$(date -u '+%Y-%m-%dT%H:%M:%S+00:00')"
    printf '"host":{"name":%s,"ip":%s,"addresses":[' "$(text "$HOST")" "$(text "$(addresses | head -n 1)")"
    addresses | awk '{ printf "%s\"%s\"", (NR > 1 ? "," : ""), $0 }'
    printf '],"os":%s,"kernel":%s},\n' "$(text "$OS")" "$(text "$(uname -r)")"
    printf '"collector":{"version":"%s","sha256":"%s","user":%s,"language":"%s"},\n' "$VERSION" "$_script" "$(text "$(id -un 2>/dev/null || id -u)")" "$LANGUAGE"
    printf '"items":[\n'
}

options() {
    _asked=$*
    case " $_asked " in *' --lang en '* | *' --lang=en '*) LANGUAGE=en ;; esac
    while [ $# -gt 0 ]; do
        case $1 in
            --help | -h) help; exit 0 ;;
            --output=* | --only=* | --lang=*) _key=${1%%=*} _value=${1#*=}; shift ;;
            --output | --only | --lang)
                [ $# -ge 2 ] || wrong "$1"
                _key=$1 _value=$2
                shift 2 ;;
            *) wrong "$1" ;;
        esac
        [ -n "$_value" ] || wrong "$_key"
        case $_key in
            --output) OUTPUT=$_value ;;
            --only) ONLY=$_value; only_known ;;
            --lang) case $_value in ko | en) LANGUAGE=$_value ;; *) wrong "--lang $_value" ;; esac ;;
        esac
    done
}

wrong() {
    say "알 수 없는 옵션 또는 값: $1 (--help 참고)" "Unknown option or value: $1 (see --help)"
    exit 2
}

only_known() {
    for _code in $(printf '%s' "$ONLY" | tr ',' ' '); do
        printf '%s' "$CATALOGUE" | grep -q "^$_code|" || wrong "--only $_code"
    done
    [ -n "$(printf '%s' "$ONLY" | tr -d ', ')" ] || wrong --only
    ONLY=$(printf '%s' "$ONLY" | tr -d ' ')
}

needs() {
    for _tool in awk sed grep find od stat sha256sum sort head tail tr cut date uname mktemp; do
        command -v "$_tool" >/dev/null 2>&1 || {
            say "필요한 도구가 없습니다: $_tool" "A needed tool is missing: $_tool"
            exit 3
        }
    done
    if timeout 5 true 2>/dev/null; then HAS_TIMEOUT=yes; else HAS_TIMEOUT=no; fi
}

cannot_write() {
    say "결과를 쓸 수 없습니다: $OUTPUT (이미 있거나 쓸 수 없는 위치). --output으로 다른 파일을 지정하십시오." \
        "The result cannot be written: $OUTPUT (it exists, or the place is closed). Name another file with --output."
    exit 3
}

clean() {
    [ -n "$ITEM" ] && kill "$ITEM" 2>/dev/null
    [ -n "$T" ] && rm -rf "$T"
}

main() {
    options "$@"
    needs
    HOST=$(hostname 2>/dev/null || cat /proc/sys/kernel/hostname 2>/dev/null || cat /etc/hostname 2>/dev/null || echo unknown)
    OUTPUT=${OUTPUT:-gatepass-$(printf '%s' "$HOST" | tr -c 'A-Za-z0-9._-' '_')-$(date -u '+%Y%m%d-%H%M%S').json}
    if [ -e "$OUTPUT" ] || [ -L "$OUTPUT" ]; then cannot_write; fi
    T=$(mktemp -d "${TMPDIR:-/tmp}/gatepass.XXXXXX") || cannot_write
    trap clean EXIT
    trap 'exit 130' INT TERM HUP
    : >"$T/denied"
    : >"$T/start-errors"
    OS=$(os_name)
    FAULTS=no
    COMMA=""
    [ "$(id -u)" -eq 0 ] || say '주의: root가 아닙니다. 읽지 못한 항목은 오류로 기록합니다.' 'Note: not root. What cannot be read is reported as 오류.'
    take_stock
    local_roots >"$T/roots"
    header >"$T/body"
    printf '%s' "$CATALOGUE" >"$T/catalogue"
    exec 3<"$T/catalogue"
    while IFS='|' read -r _code _grade _title <&3; do
        [ -n "$_code" ] && wanted "$_code" && check "$_code" "$_grade" "$_title" 3<&-
    done
    exec 3<&-
    printf '\n],\n' >>"$T/body"
    # The digest covers every byte before its own line.
    _digest=$(digest_of "$T/body")
    printf '"digest":{"algorithm":"sha256","value":"%s"}}\n' "$_digest" >>"$T/body"
    (set -C && cat "$T/body" >"$OUTPUT") 2>/dev/null || cannot_write
    say "결과 파일: $OUTPUT" "Result: $OUTPUT"
    say "SHA-256(본문): $_digest" "SHA-256 (body): $_digest"
    sort "$T/tally" | uniq -c >&2
    [ "$FAULTS" = yes ] && exit 1
    exit 0
}

main "$@"
