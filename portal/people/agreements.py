"""用户服务协议 and other texts people agree to: the version in force."""

from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.people.models import Agreement

SERVICE = "service"
SUPPLIED = Path(__file__).parent / "texts" / "service_agreement.txt"  # first line: title


def in_force(session: Session, moment: datetime, key: str = SERVICE) -> Agreement | None:
    """The newest version whose day has come, or None where the site has published none."""
    query = select(Agreement).where(Agreement.key == key, Agreement.effective_at <= moment)
    return session.scalar(query.order_by(Agreement.version.desc()).limit(1))
