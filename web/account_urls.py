"""The addresses below /account/."""

from django.urls import path
from django.views.generic import TemplateView

from web import accounts

urlpatterns = [
    path("", accounts.AccountView.as_view(), name="account"),
    path("sign-in/", accounts.SignInView.as_view(), name="sign-in"),
    path("sign-out/", accounts.SignOutView.as_view(), name="sign-out"),
    path("sign-up/", accounts.SignUpView.as_view(), name="sign-up"),
    path("forgotten/", accounts.ForgottenView.as_view(), name="forgotten"),
    path(
        "forgotten/sent/",
        TemplateView.as_view(template_name="web/account/forgotten_sent.html"),
        name="forgotten-sent",
    ),
    path("forgotten/<uidb64>/<token>/", accounts.NewPasswordView.as_view(), name="new-password"),
    path("password/", accounts.PasswordView.as_view(), name="password"),
    path("e-mail/", accounts.EmailView.as_view(), name="email"),
    path("tokens/", accounts.TokensView.as_view(), name="tokens"),
    path("tokens/<uuid:public_id>/revoke/", accounts.RevokeTokenView.as_view(), name="revoke-token"),
    path("everything/", accounts.EverythingView.as_view(), name="everything"),
    path("delete/", accounts.DeleteView.as_view(), name="delete-account"),
    path("goodbye/", TemplateView.as_view(template_name="web/account/goodbye.html"), name="goodbye"),
]
