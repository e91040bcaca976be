"""Deployment settings: one validated object, read once at start.

Order of precedence: environment (PORTAL_*), config file (upper-case names), defaults below.
"""

import json
import os
import runpy
import secrets
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from flask import current_app
from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from portal import strength
from portal.errors import Misconfigured


class Settings(BaseSettings):
    """All settings of the core. `description` is what `portal settings` prints."""

    model_config = SettingsConfigDict(env_prefix="PORTAL_", frozen=True, extra="ignore")

    mode: Literal["demo", "production"] = Field("demo", description="demo makes its own secrets and data")
    data: Path = Field(Path("var"), description="folder of database, files and logs")
    host: str = Field("127.0.0.1", description="address to listen on")
    port: int = Field(8000, description="port to listen on")
    public_url: str = Field("", description="address in links and QR codes; empty: http://127.0.0.1:PORT")
    database_url: str = Field("", description="SQLAlchemy address; empty: SQLite in the data folder")
    secret_key: SecretStr = Field(SecretStr(""), description="signs cookies; at least 32 characters")
    vault_keys: list[SecretStr] = Field(
        default_factory=list, description="Fernet keys for personal data, newest first; older ones still read"
    )
    index_pepper: SecretStr = Field(SecretStr(""), description="key of the blind index over personal data")
    redis_url: SecretStr = Field(SecretStr(""), description="wakes workers in other processes; empty: in-process")
    worker: bool = Field(True, description="run jobs inside the web process")
    threads: int = Field(8, description="web threads of the embedded server")
    processes: int = Field(1, ge=1, description="web processes that share the database; several need PostgreSQL")
    trusted_proxies: int = Field(
        0, ge=0, le=8, description="proxies in front that add to X-Forwarded-For; 0: the header is not believed"
    )
    statement_seconds: int = Field(20, description="seconds until a statement of a request is given up; 0: never")
    upload_mb: int = Field(500, ge=1, le=1000, description="largest video or document of a lesson, in megabytes")
    plugins_disabled: list[str] = Field(default_factory=list, description="installed plugins to leave off")
    site_name: str = Field("专业技术人员继续教育", description="the site's own name, Chinese")
    site_name_en: str = Field("Continuing Education", description="the site's own name, English")
    site_office: str = Field("继续教育管理服务中心", description="the office that issues documents")
    site_phone: str = Field("", description="phone shown in the footer")
    home_division: str = Field("130200", description="GB/T 2260 code of the division served")
    session_days: int = Field(7, description="days until an unused login ends")
    player: Literal["newest", "first"] = Field(
        "newest",
        description="which of two open players of a learner is credited: the newest, or the first while it plays",
    )
    order_hours: int = Field(48, description="hours an unpaid order keeps its price and seat")
    draft_days: int = Field(30, description="days an unfinished form is kept")
    keep_replaced_photos_days: int = Field(365, description="days a replaced photo is kept")
    keep_evidence_days: int = Field(180, description="days evidence is kept after a correction was decided")
    keep_logins_days: int = Field(180, description="days ended logins and spent codes are kept")
    keep_imports_days: int = Field(30, description="days an uploaded register and its lists are kept after the import")
    keep_licences_days: int = Field(1095, description="days the scan of a licence is kept after the decision")
    keep_closed_days: int = Field(3650, description="days a closed account keeps its name and ID number")
    keep_messages_days: int = Field(1095, description="days messages are kept")
    mail_server: str = Field("", description="SMTP server as host:port; empty: no mail is sent")
    mail_security: Literal["starttls", "tls", "none"] = Field("starttls", description="how the SMTP connection is kept")
    mail_user: str = Field("", description="user name at the SMTP server, if it wants one")
    mail_password: SecretStr = Field(SecretStr(""), description="password at the SMTP server")
    mail_from: str = Field("", description="sender of mails; needed with a mail server")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment wins over the config file, which arrives as keyword arguments."""
        return env_settings, init_settings

    @property
    def address(self) -> str:
        """Public address without a trailing slash."""
        return (self.public_url or f"http://127.0.0.1:{self.port}").rstrip("/")

    @property
    def database(self) -> str:
        """SQLAlchemy address of the database."""
        return self.database_url or f"sqlite:///{(self.data / 'portal.db').resolve()}"


def read_config(path: Path | None = None) -> dict[str, Any]:
    """The upper-case names of the config file, in lower case. A missing default file is no error."""
    named = os.environ.get("PORTAL_CONFIG")
    path = path or Path(named or "config.py")
    if not path.exists():
        if named:
            raise Misconfigured("PORTAL_CONFIG", f"no such file: {path}")
        return {}
    return {name.lower(): value for name, value in runpy.run_path(str(path)).items() if name.isupper()}


def load(**overrides: Any) -> Settings:
    """Settings for this process. In demo mode, secrets missing from the environment are made once and kept."""
    settings = Settings(**{**read_config(), **overrides})
    settings = settings.model_copy(update=overrides)
    if settings.mode == "demo" and not settings.secret_key.get_secret_value():
        settings = settings.model_copy(update=_demo_secrets(settings.data))
    check(settings)
    return settings


def current_settings() -> Settings:
    """The settings of the running application."""
    found: Settings = current_app.extensions["portal_settings"]
    return found


def check(settings: Settings) -> None:
    """Refuses what must not run, by the setting's name.

    :raises Misconfigured: a secret is missing or short, a mail server has no sender, or production is not safe.
    """
    for name in ("secret_key", "index_pepper"):
        if len(getattr(settings, name).get_secret_value()) < 32:
            raise Misconfigured(f"PORTAL_{name.upper()}", "at least 32 characters are needed")
    if settings.mail_server and "@" not in settings.mail_from:
        raise Misconfigured("PORTAL_MAIL_FROM", "a mail server needs a sender's address")
    if not settings.vault_keys:
        raise Misconfigured("PORTAL_VAULT_KEYS", "at least one key is needed")
    if settings.mode == "production":
        _check_production(settings)


def _check_production(settings: Settings) -> None:
    address = urlsplit(settings.public_url)
    if address.scheme != "https" or not address.hostname:
        raise Misconfigured("PORTAL_PUBLIC_URL", "production needs an https:// address with a host")
    if settings.secret_key == settings.index_pepper:
        raise Misconfigured("PORTAL_INDEX_PEPPER", "it must differ from PORTAL_SECRET_KEY")
    for name in ("secret_key", "index_pepper"):
        if strength.guessable(getattr(settings, name).get_secret_value()):
            raise Misconfigured(f"PORTAL_{name.upper()}", "this can be guessed: let a machine make it")
    if fault := strength.weak_key(settings.vault_keys[0].get_secret_value()):
        raise Misconfigured("PORTAL_VAULT_KEYS", fault)
    told = "PORTAL_PROCESSES" if settings.processes > 1 else strength.several_processes()
    if settings.database.startswith("sqlite") and told:
        raise Misconfigured("PORTAL_DATABASE_URL", f"several web processes ({told}) need PostgreSQL")


def _demo_secrets(data: Path) -> dict[str, Any]:
    file = data / "demo-secrets.json"
    if not file.exists():
        data.mkdir(parents=True, exist_ok=True)
        made = {
            "secret_key": secrets.token_urlsafe(48),
            "index_pepper": secrets.token_urlsafe(48),
            "vault_keys": [Fernet.generate_key().decode()],
        }
        temporary = file.with_suffix(f".{os.getpid()}")
        temporary.touch(mode=0o600)
        temporary.write_text(json.dumps(made))
        temporary.replace(file)
    kept = json.loads(file.read_text())
    return {
        "secret_key": SecretStr(kept["secret_key"]),
        "index_pepper": SecretStr(kept["index_pepper"]),
        "vault_keys": [SecretStr(key) for key in kept["vault_keys"]],
    }
