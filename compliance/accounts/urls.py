from django.urls import path, re_path

from compliance.accounts.views import general as views
from compliance.accounts.views import people, security, signing, sso, tokens

app_name = "accounts"
urlpatterns = [
    path("sign-in/", signing.sign_in, name="sign-in"),
    path("sign-in/sso/", signing.find_sso, name="find-sso"),
    path("sign-out/", signing.sign_out, name="sign-out"),
    path("invitation/<str:secret>/", people.invitation, name="invitation"),
    path("security/", security.security, name="security"),
    path("security/factors/<int:pk>/remove/", security.remove_factor, name="factor-remove"),
    path("security/sessions/end/", security.end_other_sessions, name="sessions-end"),
    path("security/sessions/<slug:handle>/end/", security.end_session, name="session-end"),
    path("language/", views.set_language, name="language"),
]
# The names by which allauth finds its own pages; they stand in no namespace.
allauth_urlpatterns = [
    path("sign-in/", signing.sign_in, name="account_login"),
    path("sign-in/second-factor/", signing.second_factor, name="mfa_authenticate"),
    path("sign-in/passkey/", signing.passkey_sign_in, name="mfa_login_webauthn"),
    path("sign-in/inactive/", signing.inactive, name="account_inactive"),
    path("sign-in/cancelled/", sso.cancelled, name="socialaccount_login_cancelled"),
    path("sign-out/", signing.sign_out, name="account_logout"),
    path("password/forgotten/", signing.forgotten, name="account_reset_password"),
    path("password/forgotten/sent/", signing.forgotten_sent, name="account_reset_password_done"),
    re_path(
        r"^password/new/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        signing.new_password,
        name="account_reset_password_from_key",
    ),
    path("password/", security.change_password, name="account_change_password"),
    path("again/password/", signing.password_again, name="account_reauthenticate"),
    path("again/code/", signing.code_again, name="mfa_reauthenticate"),
    path("again/passkey/", signing.passkey_again, name="mfa_reauthenticate_webauthn"),
    path("security/", security.security, name="mfa_index"),
    path("security/app/", security.activate_totp, name="mfa_activate_totp"),
    path("security/passkey/", security.add_passkey, name="mfa_add_webauthn"),
    path("security/codes/", security.recovery_codes, name="mfa_view_recovery_codes"),
    path("security/codes/new/", security.new_recovery_codes, name="mfa_generate_recovery_codes"),
    path("sso/oidc/<slug:provider_id>/", sso.oidc_sign_in, name="openid_connect_login"),
    path(
        "sso/oidc/<slug:provider_id>/callback/", sso.oidc_callback, name="openid_connect_callback"
    ),
    path("sso/saml/<slug:organization_slug>/", sso.saml_sign_in, name="saml_login"),
    path("sso/saml/<slug:organization_slug>/acs/", sso.saml_acs, name="saml_acs"),
    path("sso/saml/<slug:organization_slug>/acs/finish/", sso.saml_finish, name="saml_finish_acs"),
    path("sso/saml/<slug:organization_slug>/metadata/", sso.saml_metadata, name="saml_metadata"),
    path("sso/saml/<slug:organization_slug>/logout/", sso.saml_logout, name="saml_sls"),
]
organisation_urlpatterns = [
    path("members/", people.members, name="list"),
    path("members/invite/", people.invite, name="invite"),
    path(
        "members/invitations/<int:pk>/revoke/", people.revoke_invitation, name="invitation-revoke"
    ),
    path("members/<int:pk>/", people.member, name="member"),
    path("members/<int:pk>/role/", people.change_role, name="role"),
    path("members/<int:pk>/terms/", people.set_terms, name="terms"),
    path("members/<int:pk>/remove/", people.remove_member, name="remove"),
    path("members/<int:pk>/unlock/", people.unlock, name="unlock"),
    path("members/sign-in/", people.sign_in_rules, name="sign-in-rules"),
    path("members/sign-in/sso/<int:pk>/", sso.change, name="sso"),
    path("members/sign-in/sso/<int:pk>/remove/", sso.remove, name="sso-remove"),
    path("members/sign-in/sso/oidc/", sso.add, {"kind": "oidc"}, name="sso-add-oidc"),
    path("members/sign-in/sso/saml/", sso.add, {"kind": "saml"}, name="sso-add-saml"),
    path("members/tokens/", tokens.tokens, name="tokens"),
    path("members/tokens/create/", tokens.create, name="token-create"),
    path("members/tokens/<int:pk>/revoke/", tokens.revoke, name="token-revoke"),
    path("members/tokens/machines/", tokens.add_machine, name="machine-add"),
    path("deadlines/", views.deadlines, name="deadlines"),
    path("deadlines/set/", views.set_deadlines, name="deadlines-set"),
    path("deadlines/count/", views.set_day_count, name="day-count"),
    path("deadlines/closing-days/", views.add_closing_day, name="closing-day-add"),
    path(
        "deadlines/closing-days/<int:pk>/remove/",
        views.remove_closing_day,
        name="closing-day-remove",
    ),
    path("filters/", views.save_filter, name="filter-save"),
    *[
        path(
            f"filters/<int:pk>/{verb}/", views.act_on_filter, {"verb": verb}, name=f"filter-{verb}"
        )
        for verb in ("rename", "delete", "default")
    ],
]
