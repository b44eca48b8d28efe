"""Settings, all from the environment. With none set the portal runs on SQLite with no server."""

import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key
from django.utils.translation import gettext_lazy as _

from portal.env import Environment

env = Environment()

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(env.text("VAR_DIR") or BASE_DIR / "var")
ROOMS = [
    "shared",
    "audit",
    "accounts",
    "jobs",
    "notices",
    "vault",
    "requirements",
    "evidence",
    "scans",
    "exchange",
    "applications",
    "remediation",
    "trackers",
    "packets",
    "oversight",
    "dashboard",
    "review",
    "privacy",
]


def _secret_key() -> str:
    """Return SECRET_KEY, or in a private demo one made once and kept beside the database."""
    if given := env.text("SECRET_KEY"):
        return given
    if env.flag("PRODUCTION", default=False):
        raise ImproperlyConfigured("PRODUCTION is true but SECRET_KEY is not set; set it.")
    kept = VAR_DIR / "secret-key"
    if not kept.exists():
        VAR_DIR.mkdir(parents=True, exist_ok=True)
        kept.touch(mode=0o600)
        kept.write_text(get_random_secret_key())
    return kept.read_text()


DEBUG = env.flag("DEBUG", default=False)
PRODUCTION = env.flag("PRODUCTION", default=False)
SECRET_KEY = _secret_key()
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS")
# How many proxies of ours stand before the portal; each adds an address to X-Forwarded-For.
TRUSTED_PROXIES = env.number("TRUSTED_PROXIES", 0)

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "django_htmx",
    "js_lib_bootstrap5",
    "crispy_forms",
    "crispy_bootstrap5",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.socialaccount.providers.saml",
    "portal",
    *[f"compliance.{room}" for room in ROOMS],
]

MIDDLEWARE = [
    "portal.middleware.true_address",
    "portal.middleware.strict_headers",
    "portal.middleware.machines_use_https",
    "django.middleware.security.SecurityMiddleware",
    "portal.middleware.after_answer",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "portal.middleware.session_use",
    "portal.middleware.language",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "portal.middleware.audit_context",
    "allauth.account.middleware.AccountMiddleware",
    "portal.middleware.refusals",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "compliance.accounts.context.organisation",
                "compliance.notices.context.unread",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

DATABASES = {"default": env.database("DATABASE_URL", f"sqlite:///{VAR_DIR / 'gatepass.sqlite3'}")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "accounts:sign-in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "accounts:sign-in"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "compliance.accounts.passwords.GuessableValidator"},
    {"NAME": "compliance.accounts.passwords.BreachedValidator"},
]
# A sorted file of SHA-1 hashes of breached passwords, as Have I Been Pwned hands it out.
BREACHED_PASSWORDS = env.file("BREACHED_PASSWORDS")

# Upper bounds; an organisation may set less for itself.
SESSION_ENGINE = "compliance.accounts.sessions"
SESSION_COOKIE_AGE = 60 * 60 * env.number("SESSION_HOURS", 12, least=1)
SESSION_IDLE_MINUTES = env.number("SESSION_IDLE_MINUTES", 240, least=5)
# How long after showing who they are a person may do what is dangerous.
ACCOUNT_REAUTHENTICATION_TIMEOUT = 60 * env.number("REAUTHENTICATION_MINUTES", 15, least=1)
LOCK_ATTEMPTS = env.number("LOCK_ATTEMPTS", 5, least=1)
LOCK_MINUTES = env.number("LOCK_MINUTES", 15, least=1)

ACCOUNT_ADAPTER = "compliance.accounts.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_SESSION_COOKIE_AGE = SESSION_COOKIE_AGE
ACCOUNT_RATE_LIMITS = {
    "login": "60/m/ip",
    # Of one address four times as many as of one name: offices share an address.
    "login_failed": (f"{LOCK_ATTEMPTS * 4}/{LOCK_MINUTES}m/ip,{LOCK_ATTEMPTS}/{LOCK_MINUTES}m/key"),
    "reset_password": "20/m/ip,5/15m/key",
    "reauthenticate": "10/m/user",
}
PASSWORD_RESET_TIMEOUT = 60 * 60
MFA_ADAPTER = "compliance.accounts.adapters.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Gatepass"
MFA_TOTP_TOLERANCE = 1
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_FORMS = {
    "authenticate": "compliance.accounts.forms.CodeForm",
    "reauthenticate": "compliance.accounts.forms.CodeAgainForm",
    "activate_totp": "compliance.accounts.forms.FirstCodeForm",
}
# Browsers have passkeys on https, and on http://localhost alone.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION
SOCIALACCOUNT_ADAPTER = "compliance.accounts.sso.SsoAdapter"
SOCIALACCOUNT_EMAIL_VERIFICATION = "none"
# A form that leads to another host is what the Content-Security-Policy forbids; a link may.
SOCIALACCOUNT_LOGIN_ON_GET = True

# Counts failed sign-ins and remembers used codes: for all processes and hosts the same.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "accounts_cache",
        "OPTIONS": {"MAX_ENTRIES": 200_000, "CULL_FREQUENCY": 10},
    },
    # What each web process counts for itself, so that a request of the API asks no database for it.
    "process": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
}

LANGUAGE_CODE = "ko"
LANGUAGES = [("ko", _("Korean")), ("en", _("English"))]
# One catalogue a room, so that a room's words stand beside the room.
LOCALE_PATHS = [BASE_DIR / "locale" / room for room in ["portal", *ROOMS]]
TIME_ZONE = env.text("TIME_ZONE", "Asia/Seoul")
USE_I18N = True
USE_TZ = True

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = VAR_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = DEBUG
# Its default lets every site read our static files; no other site needs them.
WHITENOISE_ALLOW_ALL_ORIGINS = False
# Source maps are for developers' tools: compressing them takes longer than everything else.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ["map", "png", "jpg", "webp", "woff2", "gz", "br"]

# Uploads go through the vault. What is past 2.5 MB is written there at once, and hashed meanwhile.
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "compliance.vault.receiving.Handler",
]
VAULT_ROOT = Path(env.text("VAULT_ROOT") or VAR_DIR / "vault")
PACKET_SECTIONS_ROOT = Path(env.text("PACKET_SECTIONS_ROOT") or VAR_DIR / "sections")
# A bucket instead of that folder, which then only holds what is still arriving.
STORAGE_URL = env.text("STORAGE_URL")
STORAGE_ACCESS_KEY = env.text("STORAGE_ACCESS_KEY")
STORAGE_SECRET_KEY = env.text("STORAGE_SECRET_KEY")
UPLOAD_LIMIT = env.number("UPLOAD_LIMIT_MB", 200, least=1) * 1024 * 1024
# What one organisation may keep in all, so that none fills the disk of the others.
UPLOAD_QUOTA = env.number("UPLOAD_QUOTA_GB", 500, least=1) * 1024**3
# With a virus scanner named, nothing is shown or handed out before it has looked.
CLAMD_URL = env.address("CLAMD_URL", "unix", "tcp")
FILE_UPLOAD_TEMP_DIR = None
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

# Jobs: with no broker named, messages travel through files beside the database.
CELERY_BROKER_URL = env.text("CELERY_BROKER_URL")
PACKET_SIGNING_KEY = env.text("PACKET_SIGNING_KEY")
PACKET_SIGNING_PASSPHRASE = env.text("PACKET_SIGNING_PASSPHRASE")
# Ed25519 in PEM; signs checkpoints of the audit log.
AUDIT_SIGNING_KEY = env.text("AUDIT_SIGNING_KEY")
# How many other workers are asked to help with the sections of a packet.
PACKET_HELPERS = env.number("PACKET_HELPERS", min((os.cpu_count() or 1) - 1, 7))
# A time-stamping authority (RFC 3161); where it must stamp, nothing is signed without it.
TSA_URL = env.text("TSA_URL")
TSA_REQUIRED = env.flag("TSA_REQUIRED", default=False)
# A token or security module that holds keys: the module's library and the token's label.
PKCS11_MODULE = env.text("PKCS11_MODULE")
PKCS11_TOKEN = env.text("PKCS11_TOKEN")
# Larger files, and what exceeds the total, are in the packet's ZIP alone and not in its PDF.
PACKET_EMBED_LIMIT = env.number("PACKET_EMBED_LIMIT_MB", 20) * 1024 * 1024
PACKET_EMBED_TOTAL = env.number("PACKET_EMBED_TOTAL_MB", 100) * 1024 * 1024
# What the page that verifies a packet reads into memory at most.
VERIFY_LIMIT = env.number("VERIFY_LIMIT_MB", 300, least=1) * 1024 * 1024

# Of one token or person; a collector that hands in a whole park of servers stays far below it.
API_REQUESTS_PER_MINUTE = env.number("API_REQUESTS_PER_MINUTE", 600, least=1)

# What leaves the portal: private networks only where they are named, few ports, own authorities.
OUTBOUND_ALLOW = env.networks("OUTBOUND_ALLOW")
OUTBOUND_PORTS = env.ports("OUTBOUND_PORTS", "80,443,8443")
OUTBOUND_CA = env.text("OUTBOUND_CA")
# Keys of stored credentials, newest first; with none set they are made once in VAR_DIR.
FIELD_KEYS = env.words("FIELD_KEYS")

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = False
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SILENCED_SYSTEM_CHECKS: list[str] = []
if PRODUCTION:
    SECURE_SSL_REDIRECT = env.flag("SECURE_SSL_REDIRECT", default=True)
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_NAME = "__Host-csrf"

EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
# Without a mail server nothing is mailed; notices stay in the portal.
EMAIL_HOST = env.text("EMAIL_HOST")
EMAIL_PORT = env.number("EMAIL_PORT", 25, least=1)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS", default=False)
EMAIL_USE_SSL = env.flag("EMAIL_USE_SSL", default=False)
# Less than what a worker holds a queue for.
EMAIL_TIMEOUT = 8
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "gatepass@localhost")
# What links in mails and messages begin with.
PUBLIC_URL = env.text("PUBLIC_URL", "http://localhost:8000").rstrip("/")
# Days for which what was sent to issue trackers stands in their log.
TRACKERS_KEPT_DAYS = env.number("TRACKERS_KEPT_DAYS", 90, least=1)
KAKAOWORK_API = env.text("KAKAOWORK_API", "https://api.kakaowork.com/v1").rstrip("/")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.text("LOG_LEVEL", "WARNING")},
}
