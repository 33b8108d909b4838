"""Rows of behaviours.py about installing plugins and where they show: part, what, taken from, grade."""

from typing import Tuple

ROWS: Tuple[Tuple[str, str, str, str], ...] = (
    (
        "plugins",
        "etc/passwd below the panel's root is looked at first for the account of a page",
        "by us: a sandbox's plugins must not need accounts of the machine",
        "assumed",
    ),
    (
        "plugins",
        "Menu entries: hooks/admin_txt.html and admin_img.html under Extra Features, menu_admin's JSON in Evolution",
        "measured on 1.709 by others; pluggable menus",
        "recorded",
    ),
    (
        "plugins",
        "Plugin manager: install-file, install-url, activate, deactivate, update (update_url), delete; admins "
        "only, a session gives the password again; install.sh, update.sh, uninstall.sh run as root",
        "operations file of 2026; plugin structure",
        "documented",
    ),
    (
        "plugins",
        "A failing install.sh leaves the plugin unregistered, a failing uninstall.sh keeps it",
        "public plugins; the latter by us",
        "reported",
    ),
    (
        "plugins",
        "The id is the file's name without .tar.gz and the archive has no folder of its own; install sets "
        "installed=yes and active=yes, update sets neither; all answers' shapes",
        "by us",
        "assumed",
    ),
    (
        "api",
        "`da api-url` prints an address with a login, here the admin's own instead of a temporary key",
        "vendor's API documentation; the login by us",
        "assumed",
    ),
)
