"""City tariffs: samples with their sources, of which the chosen ones become drafts."""

from typing import Any

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from heatdesk.auth.permissions import Permission
from heatdesk.billing.forms.tariff_cities import CityTariffsForm
from heatdesk.billing.rules.cities import City
from heatdesk.billing.services import cities, city_tariffs, tariff_sentences
from heatdesk.billing.services.labels import USE_CLASSES
from heatdesk.billing.services.tariff_words import PRICE_UNITS, said_key
from heatdesk.errors import Missing
from heatdesk.i18n import _
from heatdesk.web.guards import requires
from heatdesk.web.pages import flash_done, refused_on_form

bp = Blueprint("tariff_cities", __name__, url_prefix="/billing/tariffs/cities")


@bp.get("")
@requires(Permission.SEASON_VIEW)
def index() -> ResponseReturnValue:
    return render_template(
        "billing/tariff_cities/index.html",
        places=city_tariffs.places(),
        uses=USE_CLASSES,
        units=PRICE_UNITS,
    )


@bp.get("/<name>")
@requires(Permission.SEASON_VIEW)
def show(name: str) -> ResponseReturnValue:
    city = _city(name)
    return _page(name, city, _form(city)), 200


@bp.post("/<name>/load")
@requires(Permission.TARIFF_EDIT)
def load(name: str) -> ResponseReturnValue:
    city = _city(name)
    form = _form(city)
    if form.validate_on_submit():
        with refused_on_form(form):
            drafts = city_tariffs.load(name, form.versions.data, by=current_user.id)
            flash_done(_("%(n)s drafts were made. A second person approves them.", n=len(drafts)))
            return redirect(url_for("tariffs.index", state="draft"))
    return _page(name, city, form), 422


def _city(name: str) -> City:
    if name not in cities.names():
        raise Missing
    return cities.load(name)


def _form(city: City) -> Any:
    form: Any = CityTariffsForm()
    form.versions.choices = [(number, number) for number in range(len(city.tariffs))]
    return form


def _page(name: str, city: City, form: Any) -> str:
    return render_template(
        "billing/tariff_cities/show.html",
        name=name,
        city=city,
        form=form,
        chosen=form.versions.data or [],
        classes=city_tariffs.by_class(city),
        told=tariff_sentences.told,
        said_key=said_key,
        uses=USE_CLASSES,
        units=PRICE_UNITS,
    )
