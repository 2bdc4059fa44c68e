"""Sign in, sign out, language, own password."""

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user, login_user, logout_user

from heatdesk.auth import services
from heatdesk.auth.forms import LoginForm, PasswordForm
from heatdesk.auth.permissions import Permission
from heatdesk.errors import BadInput
from heatdesk.web.guards import public, requires
from heatdesk.web.pages import flash_notice, local_target

bp = Blueprint("login", __name__)

LANGUAGES = {"zh": "中文", "en": "English"}


@bp.route("/login", methods=["GET", "POST"])
@public
def show() -> ResponseReturnValue:
    form = LoginForm()
    if form.validate_on_submit():
        address = request.remote_addr or ""
        staff = services.authenticate(form.login.data or "", form.password.data or "", address)
        if staff is not None:
            services.open_session(staff, address)
            language_chosen = session.get("language", staff.language)
            session.clear()
            session["language"] = language_chosen
            login_user(staff)
            return redirect(local_target(request.args.get("next"), url_for("home.index")))
        services.record_failure(form.login.data or "", address)
        form.password.errors = [gettext(services.WrongCredentials.message)]
    return render_template("auth/login.html", form=form, action=request.full_path)


@bp.post("/logout")
@requires(Permission.OWN)
def end() -> ResponseReturnValue:
    services.end_session(current_user.session_token)
    logout_user()
    return redirect(url_for("login.show"))


@bp.get("/language/<code>")
@public
def language(code: str) -> ResponseReturnValue:
    """A choice of this browser's session, kept in its cookie: nothing is written."""
    if code not in LANGUAGES:
        raise BadInput("There is no such language. Choose one from the menu.")
    session["language"] = code
    return redirect(local_target(request.args.get("next"), url_for("home.index")))


@bp.route("/password", methods=["GET", "POST"])
@requires(Permission.OWN)
def password() -> ResponseReturnValue:
    form = PasswordForm()
    if form.validate_on_submit():
        services.change_password(current_user, form.current.data or "", form.new.data or "")
        flash_notice(gettext("The new password holds from now on; other sessions of yours were ended."))
        return redirect(url_for("home.index"))
    return render_template("auth/password.html", form=form), 422 if form.is_submitted() else 200
