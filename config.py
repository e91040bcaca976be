"""Deployment settings of this site. Read by path: PORTAL_CONFIG, else ./config.py.

Every name here may also stand in the environment with the prefix PORTAL_; the environment wins.
All names, their meaning and their defaults: `portal settings`. Secrets belong into the environment.
"""

# What people read on every page.
SITE_NAME = "唐山市专业技术人员继续教育"
SITE_NAME_EN = "Tangshan Continuing Education"
SITE_OFFICE = "唐山市继续教育管理服务中心（示例）"
SITE_PHONE = "0315-000 0000"

# The division the site serves (GB/T 2260): its counties are offered where an employer is asked for.
HOME_DIVISION = "130200"

# Links, QR codes and notifications carry this address, never the one a request claims to have come to.
# PUBLIC_URL = "https://jxjy.example.cn"

# Empty: SQLite in the data folder. PostgreSQL: "postgresql+psycopg://user:password@host/name".
# DATABASE_URL = ""

# Plugins that are installed but switched off; their data stays.
PLUGINS_DISABLED: list[str] = []
