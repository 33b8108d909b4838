"""What a fresh panel and a fresh account look like on disk.

Folders: docs.directadmin.com, directories and locations. Keys of user.conf: recorded from CMD_API_SHOW_USER_CONFIG;
their values are those of an account without limits. Modes of folders are assumed, but for a reseller's page folders.
"""

from typing import Mapping

FIRST_UID = 20001
DEFAULT_PAGES: Mapping[str, Mapping[str, str]] = {
    "default": {"index.html": "<html><body><h1>Welcome to your new site</h1></body></html>\n"},
    "suspended": {"index.html": "<html><body><h1>This site has been suspended</h1></body></html>\n"},
}
USER_DEFAULTS: Mapping[str, str] = {
    "account": "ON",
    "additional_bandwidth": "0",
    "aftp": "OFF",
    "api_with_password": "yes",
    "bandwidth": "unlimited",
    "catchall": "OFF",
    "cgi": "OFF",
    "cron": "ON",
    "dnscontrol": "ON",
    "docsroot": "./data/skins/evolution",
    "domainptr": "unlimited",
    "email_limit": "1000",
    "ftp": "unlimited",
    "inode": "unlimited",
    "ip": "192.0.2.10",
    "language": "en",
    "login_keys": "ON",
    "mysql": "unlimited",
    "nemailf": "unlimited",
    "nemailml": "unlimited",
    "nemailr": "unlimited",
    "nemails": "unlimited",
    "notify_on_all_question_failures": "yes",
    "notify_on_all_twostep_auth_failures": "yes",
    "ns1": "ns1.host.example",
    "ns2": "ns2.host.example",
    "nsubdomains": "unlimited",
    "package": "standard",
    "php": "ON",
    "quota": "unlimited",
    "security_questions": "no",
    "skin": "evolution",
    "spam": "ON",
    "ssh": "OFF",
    "ssl": "ON",
    "suspend_at_limit": "ON",
    "suspended": "no",
    "sysinfo": "OFF",
    "twostep_auth": "no",
    "vdomains": "unlimited",
    "zoom": "100",
}


FOLDERS: Mapping[str, int] = {
    "etc": 0o755,
    "etc/bind": 0o755,
    "etc/virtual": 0o755,
    "home": 0o711,
    "usr": 0o755,
    "usr/local": 0o755,
    "usr/local/directadmin": 0o755,
    "usr/local/directadmin/conf": 0o755,
    "usr/local/directadmin/data": 0o755,
    "usr/local/directadmin/data/admin": 0o755,
    "usr/local/directadmin/data/sessions": 0o700,
    "usr/local/directadmin/data/templates": 0o755,
    "usr/local/directadmin/data/templates/default": 0o755,
    "usr/local/directadmin/data/templates/suspended": 0o755,
    "usr/local/directadmin/data/users": 0o755,
    "usr/local/directadmin/plugins": 0o755,
    "usr/local/directadmin/scripts": 0o755,
    "usr/local/directadmin/scripts/custom": 0o755,
    "var": 0o755,
    "var/lib": 0o755,
    "var/lib/mysql": 0o700,
    "var/log": 0o755,
    "var/log/directadmin": 0o755,
}
