"""Settings: what the environment says, read once at start, and where the program finds its own files."""

import os
import secrets
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from heatdesk.errors import Refusal

PACKAGE = Path(__file__).resolve().parent
ASSETS = PACKAGE if (PACKAGE / "templates").is_dir() else PACKAGE.parent
"""The folder that holds `templates/` and `static/`: the package in an install, its parent in a checkout."""
DEFAULT_COMPANY = "供热公司"


class BadSetting(Refusal):
    """A setting of the environment that cannot be meant."""

    status = 500


@dataclass(frozen=True, slots=True)
class Settings:
    """One installation: where its data lies, how it is reached, how many processes it may use."""

    home: Path
    host: str
    port: int
    public_url: str
    """How phones outside reach this installation (printed into QR codes), without a slash at the end."""
    database_url: str | None
    """A PostgreSQL kept by somebody else, as `postgresql+psycopg://…`; None starts the built-in one."""
    workers: int
    """Processes that run jobs."""
    web_processes: int
    company: str = DEFAULT_COMPANY
    """The utility as its papers name it."""
    tax_no: str = ""
    """Its 纳税人识别号, printed on invoices."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """Read `HEATDESK_*`; an empty value counts as not set. Raises `BadSetting`."""
        given = {name: value.strip() for name, value in environment.items() if value.strip()}
        host = given.get("HEATDESK_HOST", "127.0.0.1")
        port = _number(given, "HEATDESK_PORT", default=8000, most=65535)
        cores = os.cpu_count() or 1
        return cls(
            home=Path(given.get("HEATDESK_HOME") or default_home(given)).expanduser().absolute(),
            host=host,
            port=port,
            public_url=_public_url(given.get("HEATDESK_PUBLIC_URL") or _own_url(host, port)),
            database_url=_database_url(given.get("HEATDESK_DATABASE_URL")),
            workers=_number(given, "HEATDESK_WORKERS", default=min(cores, 4), most=64),
            web_processes=_number(given, "HEATDESK_WEB_PROCESSES", default=min(max(cores, 2), 8), most=64),
            company=given.get("HEATDESK_COMPANY", DEFAULT_COMPANY),
            tax_no=given.get("HEATDESK_TAX_NO", ""),
        )

    def web_command(self) -> list[str]:
        """What serves the pages: gunicorn, or waitress on Windows; each process opens its own application."""
        if sys.platform == "win32":
            listen = f"--listen={self.host}:{self.port}"
            return [sys.executable, "-m", "waitress", listen, "--call", "heatdesk.app:open_app"]
        return [
            *(sys.executable, "-m", "gunicorn", "heatdesk.app:open_app()"),
            *("--bind", f"{self.host}:{self.port}"),
            *("--workers", str(self.web_processes), "--worker-class", "gthread", "--threads", "4"),
            *("--graceful-timeout", "3", "--timeout", "120", "--log-level", "warning"),
        ]

    def prepare_home(self) -> Path:
        """The home folder, made for its owner alone where it does not exist yet."""
        try:
            self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise BadSetting(
                "The folder %(home)s cannot be made: %(reason)s. Let HEATDESK_HOME name one you may write.",
                home=self.home,
                reason=error.strerror,
            ) from error
        return self.home

    def secret_key(self) -> str:
        """The key that signs sessions: drawn at first use, kept in `secret`, readable by its owner alone."""
        path = self.prepare_home() / "secret"
        if not path.exists():
            _write_once(path, secrets.token_hex(32))
        return path.read_text().strip()


def default_home(environment: Mapping[str, str], platform: str = sys.platform) -> Path:
    """The place for a program's data that this system's users expect."""
    if platform == "win32":
        return Path(environment.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "heatdesk"
    if platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "heatdesk"
    return Path(environment.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "heatdesk"


def _number(given: Mapping[str, str], name: str, *, default: int, most: int) -> int:
    text = given.get(name, str(default))
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= most):
        raise BadSetting(
            "%(name)s is “%(text)s”, but must be a whole number from 1 to %(most)s.",
            name=name,
            text=text,
            most=most,
        )
    return int(text)


def _own_url(host: str, port: int) -> str:
    # An address that means "every network card" is no address to visit.
    visited = "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104 (compared, not listened on)
    return f"http://[{visited}]:{port}" if ":" in visited else f"http://{visited}:{port}"


def _public_url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise BadSetting(
            "HEATDESK_PUBLIC_URL is “%(text)s”, but must look like https://heat.example.org.", text=text
        )
    return text.rstrip("/")


def _database_url(text: str | None) -> str | None:
    if text is None:
        return None
    scheme, mark, rest = text.partition("://")
    if not mark or scheme not in {"postgres", "postgresql", "postgresql+psycopg"}:
        # The address itself may carry a password and is not repeated.
        raise BadSetting(
            "HEATDESK_DATABASE_URL must look like postgresql://user:password@server:5432/heatdesk."
        )
    return f"postgresql+psycopg://{rest}"


def _write_once(path: Path, text: str) -> None:
    """Write a private file, unless another process was first; no reader ever sees it half written."""
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "w") as file:
            file.write(text)
        try:
            os.link(draft, path)
        except FileExistsError:
            return
    finally:
        Path(draft).unlink()
