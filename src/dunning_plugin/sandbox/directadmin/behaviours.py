"""What the sandbox does, where that was taken from, and how sure it is. docs/sandbox.md is made from this.

Grades: recorded (an answer kept in a public test or measured on a real panel by others), documented (the vendor's
documentation), reported (what public clients or their authors say), assumed (by us). Nothing was measured by us.
"""

from typing import NamedTuple, Tuple

from dunning_plugin.sandbox.directadmin.behaviours_plugins import ROWS


class Behaviour(NamedTuple):
    """One behaviour; `option` names the switch in Options where the question is open."""

    part: str
    what: str
    source: str
    grade: str
    option: str = ""


BEHAVIOURS: Tuple[Behaviour, ...] = (
    Behaviour(
        "answers",
        "Old commands answer url-encoded to excess: digits, '_', '.' and keys too, a space as %20",
        "recorded SHOW_USER_CONFIG, 2020",
        "recorded",
    ),
    Behaviour("answers", "Lists answer list[]=a&list[]=b as text/plain", "recorded SHOW_DOMAINS, 1.57.2", "recorded"),
    Behaviour(
        "answers",
        "json=yes: success has no `error` key, indented with tabs, a newline at the end",
        "recorded DNS answers",
        "recorded",
    ),
    Behaviour(
        "answers",
        "json=yes lists of names are bare arrays; USER_SHOW is an object with numeric keys, suspended as {value, reason}",
        "a Go client",
        "reported",
    ),
    Behaviour(
        "answers",
        "Nested values are encoded twice (LOGIN_KEYS, ADDITIONAL_DOMAINS)",
        "recorded LOGIN_KEYS, 2020",
        "recorded",
    ),
    Behaviour(
        "answers",
        "An old command of a higher level answers a page: it does not exist in your authority level",
        "a billing panel, a Puppet module",
        "reported",
    ),
    Behaviour(
        "answers",
        "An unknown old command answers a page of the skin, not an error",
        "a client's author, 1.701",
        "reported",
    ),
    Behaviour(
        "answers",
        "A urlencoded body labelled application/json is taken; parameters in a POST's query too",
        "a Go client in production",
        "reported",
    ),
    Behaviour(
        "answers",
        "A successful suspension's text",
        "'Success' in a test of 2012 (no JSON), 'User suspended' in a Go client (JSON)",
        "reported",
        "suspend_success_text",
    ),
    Behaviour(
        "answers",
        "The outcome of an old command: error=0 or 1 with a plain digit, then text and details encoded to excess",
        "recorded LOGIN_KEYS, 2020; a shell client compares it so",
        "recorded",
    ),
    Behaviour("answers", "An old command takes a JSON object as body too", "a Go client", "reported"),
    Behaviour(
        "answers",
        "A POST of a subdomain, forwarder, mailbox, database or package: texts",
        "Go and Perl clients",
        "reported",
    ),
    Behaviour(
        "answers",
        "ADMIN_STATS: the fields of the whole server, nested and flat",
        "recorded in an exporter's tests, 2023",
        "recorded",
    ),
    Behaviour(
        "dns",
        "DNS_CONTROL lists {type, name, value, combined, ttl}; NS and MX without ttl; an MX record as its host and number",
        "recorded in a DNS library's tests, 1.57.2",
        "recorded",
    ),
    Behaviour(
        "dns",
        "An added or edited record answers 'record added', removed ones 'Records Deleted'",
        "recorded in a DNS library's tests, 1.57.2",
        "recorded",
    ),
    Behaviour(
        "dns",
        "With Accept: application/json, or without json=yes, 'Record Added' and 'Record Edited'",
        "a Go client",
        "reported",
    ),
    Behaviour(
        "dns",
        "A record is named by name and value in txtrecs0, whatever the number; one that is not there is no trouble",
        "a DNS library's author",
        "reported",
    ),
    Behaviour(
        "dns", "full_mx_records=yes lists an MX record's number and host as its value", "a Go client", "reported"
    ),
    Behaviour(
        "dns", "affect_pointers=yes changes the zones of the domain's pointers too", "a certbot plugin", "reported"
    ),
    Behaviour("dns", "The same record twice, a wrong address or name is refused", "by us", "assumed"),
    Behaviour(
        "packages",
        "Packages are files of their owner; MODIFY_USER with an unknown one: 'No such package NAME on server'",
        "directories and locations; a Perl client's tests, 2012",
        "reported",
    ),
    Behaviour(
        "packages",
        "ACCOUNT_USER with an unknown package makes the account with default limits",
        "a Perl client's tests, 2012",
        "reported",
    ),
    Behaviour(
        "login",
        "LOGIN_KEYS creates, lists and deletes keys; type=one_time_url answers an address",
        "recorded LOGIN_KEYS, 2020; billing panels",
        "recorded",
    ),
    Behaviour(
        "login",
        "HTTP Basic with password or login key; `admin|user` acts as that user",
        "vendor's API documentation",
        "documented",
    ),
    Behaviour(
        "login",
        "A wrong login answers 401 with JSON for Accept: application/json, otherwise X-DirectAdmin or the login page",
        "a client's author, 2026",
        "reported",
        "unauthorized_word",
    ),
    Behaviour(
        "login",
        "Many wrong logins from one address block it for a while",
        "brute force monitor",
        "documented",
        "brute_force_limit",
    ),
    Behaviour("login", "A login key without a command's permission answers 403", "public clients", "reported"),
    Behaviour(
        "login", "commands.deny and commands.allow of an account bind API use too", "customizing workflow", "documented"
    ),
    Behaviour(
        "login",
        "commands.deny knows the groups of login keys (ALL_USER), and they bind the /api endpoints",
        "by likeness to login keys",
        "assumed",
        "command_groups",
    ),
    Behaviour(
        "login",
        "commands.deny does not bind an admin who logged in as the account",
        "by us",
        "assumed",
        "commands_deny_binds_login_as",
    ),
    Behaviour(
        "login",
        "A session begun with a login key is bound by the key's commands and ends with the key",
        "by likeness to Basic",
        "assumed",
    ),
    Behaviour(
        "login",
        "Login-as keeps the session and its cookies; a reseller reaches his own users only",
        "openapi file of 2025",
        "documented",
    ),
    Behaviour(
        "login",
        "SESSION_ID and SESSION_KEY have 39 characters each; sessions are files data/sessions/sess_*",
        "measured on 1.709 by others; directories and locations",
        "recorded",
    ),
    Behaviour(
        "login",
        "A suspended account's login is refused, an admin's login-as into it works",
        "a client's live tests",
        "reported",
    ),
    Behaviour(
        "api",
        "The /api endpoints answer in the shapes of the published description",
        "openapi file of 2025",
        "documented",
    ),
    Behaviour(
        "hooks",
        "Places and order: scripts/custom/HOOK/*.sh, scripts/custom/HOOK.sh, plugins/*/hooks/HOOK.sh of active plugins",
        "developer/hooks",
        "documented",
    ),
    Behaviour(
        "hooks",
        "All scripts run; one failing _pre stops the command, its output is the error; stderr joins stdout",
        "developer/hooks",
        "documented",
    ),
    Behaviour(
        "hooks",
        "session_create_pre.sh runs after a right password, with username, password, session_id, ip, referer, user_agent; not for API use",
        "authentication hooks",
        "documented",
    ),
    Behaviour(
        "hooks",
        "session_create_pre.sh failing: no session, the login page again without a word, a line in error.log",
        "authentication hooks",
        "documented",
    ),
    Behaviour(
        "hooks",
        "A failing _post is reported as an error though the act is done; session_destroy_pre.sh hears of every end",
        "developer/hooks",
        "documented",
    ),
    Behaviour(
        "hooks",
        "session_create_pre.sh runs for login-as too, with an empty password",
        "the API lists PRE_HOOK_ERROR for login-as",
        "assumed",
        "login_as_runs_session_hook",
    ),
    Behaviour(
        "hooks",
        "user_suspend_*, user_activate_*, user_create_*, user_destroy_* get the contents of user.conf",
        "user/reseller hooks",
        "documented",
    ),
    Behaviour(
        "suspension",
        "CMD_API_SELECT_USERS routes by the button's name; without one: 'Unkown Select Command'",
        "a client's author, 2026",
        "reported",
    ),
    Behaviour(
        "suspension",
        "All spellings of suspend and unsuspend that live in public clients are taken",
        "public clients",
        "reported",
    ),
    Behaviour(
        "suspension",
        "suspend=Suspend/Unsuspend, the label of panels with one button for both, changes each account's state",
        "a client of 2026",
        "reported",
    ),
    Behaviour(
        "suspension",
        "Unsuspend on an active account does nothing, or toggles",
        "one client believes it toggles",
        "assumed",
        "unsuspend_toggles",
    ),
    Behaviour(
        "suspension",
        "Suspending a reseller marks his users, and activating him frees them all",
        "open",
        "assumed",
        "reseller_suspension_marks_users",
    ),
    Behaviour("suspension", "What the lists show as reason", "open", "assumed", "reason_shown"),
    Behaviour(
        "suspension",
        "A reseller acts on his own users only; an absent user is named, the others are done",
        "public clients",
        "reported",
    ),
    Behaviour(
        "suspension",
        "Reason and details stand in user.conf as suspended_reason and suspended_details; no hook gets them",
        "by us",
        "assumed",
    ),
    Behaviour(
        "suspension", "Mail, FTP, cron and sessions of a suspended account stop; databases stay", "by us", "assumed"
    ),
    Behaviour(
        "accounts",
        "user.conf, domains.list, users.list, admin.list, reseller.list, domains/DOMAIN.conf below data/",
        "directories and locations",
        "documented",
    ),
    Behaviour(
        "accounts",
        "Resellers own default, suspended and sharedip in /home/RESELLER/domains, mode 755, filled from the templates",
        "public scripts",
        "reported",
    ),
    Behaviour(
        "accounts",
        "A new domain's public_html is a copy of its owner's default folder (untouched, it names the domain)",
        "public scripts",
        "reported",
    ),
    Behaviour("sites", "A suspended user's sites show his owner's `suspended` page", "public scripts", "reported"),
    Behaviour(
        "sites", "Whose page a suspended reseller's own sites show", "open", "assumed", "suspended_reseller_served_from"
    ),
    Behaviour("sites", "An unknown host shows the admin's sharedip page", "public scripts", "reported"),
    Behaviour("sites", "Links are followed if they belong to the owner of what they point to", "by us", "assumed"),
    Behaviour(
        "sites", "Odd paths and methods are answered as Apache does", "compared with a real Apache 2.4", "assumed"
    ),
    Behaviour(
        "sites",
        ".htaccess is honoured by Apache (AllowOverride All) and ignored by nginx",
        "by us; the page's rules are compared with a real Apache 2.4",
        "assumed",
        "web_server",
    ),
    Behaviour(
        "plugins",
        "A page never runs as root; *_run_as names another account; uid 0 is refused in the panel's words",
        "measured on 1.709 by others",
        "recorded",
    ),
    Behaviour(
        "plugins",
        "The form arrives in POST, CONTENT_LENGTH is empty, standard input at its end",
        "measured on 1.709 by others",
        "recorded",
    ),
    Behaviour(
        "plugins",
        "Evolution opens a page in a frame, as a POST without a form",
        "measured on 1.709 by others",
        "recorded",
    ),
    Behaviour(
        "plugins",
        "USERNAME, RUNNING_AS, SESSION_*, IS_LOGIN_AS, LOGIN_AS_MASTER, IS_LOGIN_KEY, HTTP_COOKIE and the rest; no USERTYPE",
        "measured on 1.709 by others",
        "recorded",
    ),
    Behaviour(
        "plugins",
        "A form has room for one environment variable (128 KiB)",
        "measured on 1.709 by others; Linux",
        "recorded",
    ),
    Behaviour(
        "plugins",
        "A page that runs longer than plugin.conf's timeout is ended, after 60 seconds without one",
        "by us",
        "assumed",
    ),
    Behaviour(
        "plugins",
        ".raw prints a whole HTTP answer; images/ is served as files; a plugin needs id, installed=yes, active=yes",
        "public plugins, measured by others",
        "recorded",
    ),
    Behaviour(
        "wire",
        "Bodies by length or in chunks, whole or not acted on; keep-alive; requests sent ahead answered in order",
        "RFC 9112",
        "assumed",
    ),
    *(Behaviour(*row) for row in ROWS),
)
