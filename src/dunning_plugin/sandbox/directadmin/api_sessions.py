"""The /api endpoints about the panel itself, the caller's session and his login as another."""

import time
from typing import Any, Dict, Mapping

from dunning_plugin.sandbox.directadmin.api_accounts import reseller_config, usage, user_config
from dunning_plugin.sandbox.directadmin.auth import Caller
from dunning_plugin.sandbox.directadmin.commands import whole
from dunning_plugin.sandbox.directadmin.encode import api_error
from dunning_plugin.sandbox.directadmin.endpoints import NOTHING, VERSION, Api, body, endpoint, ok, stamp
from dunning_plugin.sandbox.directadmin.wire import Request, Response

FEATURES = (
    "auth2FA bruteforceLogScanner cgroup clamav composer git imapsync inode ipv6 mxWithoutDNSControl netdataSock nginx "
    "nginxProxy nginxTemplates oneClickPMALogin phpmyadmin redis resellerCustomizeSkinConfigJson roundcube rspamdSock "
    "squirrelMail unit webmail wordpress"
)
CONFIGURED: Mapping[str, Any] = {
    "allowForwarderPipe": False,
    "ftpSeparator": "@",
    "homeOverrides": [],
    "loginKeys": True,
    "maxFilesizeBytes": 8 << 20,
    "passwordCheckDifficult": True,
    "passwordCheckMinLength": 8,
    "resellerWarningBandwidthPercentage": 80,
    "showPointersInList": 0,
    "tableDefaultIPP": 50,
    "userWarningBandwidthPercentage": 80,
    "userWarningInodePercentage": 80,
    "userWarningQuotaPercentage": 80,
    "webappsSSL": True,
    "webmailHideLinks": False,
    "webmailLink": "",
}


@endpoint("GET", "info")
def info(api: Api, caller: Caller, request: Request) -> Response:
    return ok(public_info(api.hostname))


def public_info(hostname: str) -> Dict[str, Any]:
    """/api/info needs no login."""
    return {
        "OTPTrustDays": 30,
        "allowPasswordReset": False,
        "hostname": hostname,
        "languages": ["en", "nl", "de", "fr"],
        "license": {"active": True, "legacy": False, "missing": False, "reason": ""},
        "time": stamp(time.time()),
    }


@endpoint("GET", "version", "admin")
def version(api: Api, caller: Caller, request: Request) -> Response:
    update = {
        "available": False,
        "availableChannels": ["current"],
        "channel": "current",
        "commit": "",
        "version": VERSION,
    }
    return ok(
        {
            "arch": "amd64",
            "commit": "",
            "distro": "debian",
            "eol": False,
            "os": "linux",
            "update": update,
            "uptime": 1,
            "version": VERSION,
        }
    )


@endpoint("GET", "session")
def session(api: Api, caller: Caller, request: Request) -> Response:
    domains = api.disk.domains(caller.name)
    return ok(
        {
            "allowedCommands": [],
            "configFeatures": {**{name: name == "webmail" for name in FEATURES.split()}, "dnssec": 0, "jail": 0},
            "customDomainItems": [],
            "custombuildOptions": {"modSecurity": False},
            "demo": False,
            "directadminConfig": CONFIGURED,
            "effectiveRole": caller.kind,
            "effectiveUsername": caller.name,
            "havePluginHooksAdmin": True,
            "havePluginHooksReseller": False,
            "havePluginHooksUser": False,
            "homeDir": f"/home/{caller.name}",
            "loginAsDNSControl": False,
            "phpmyadminPublic": False,
            "realUsername": caller.master,
            "selectedDomain": domains[0] if domains else "",
            "sessionID": caller.session.public_id if caller.session else "",
            "ticketsEnabled": False,
        }
    )


@endpoint("GET", "session/state")
def session_state(api: Api, caller: Caller, request: Request) -> Response:
    domains = api.disk.domains(caller.name)
    return ok(
        {
            "newMessages": 0,
            "newTickets": 0,
            "realUsername": caller.master,
            "skinVersion": "1",
            "selectedDomain": domains[0] if domains else "",
            "sessionID": caller.session.public_id if caller.session else "",
        }
    )


@endpoint("GET", "session/user-config")
def session_user_config(api: Api, caller: Caller, request: Request) -> Response:
    return ok(user_config(api.disk, caller.name))


@endpoint("GET", "session/user-usage")
def session_user_usage(api: Api, caller: Caller, request: Request) -> Response:
    return ok(usage(api.disk, [caller.name]))


@endpoint("GET", "session/reseller-config", "reseller")
def session_reseller_config(api: Api, caller: Caller, request: Request) -> Response:
    return reseller_config(api, caller, request, caller.name)


@endpoint("GET", "session/login-as/user-list", "reseller")
def login_as_list(api: Api, caller: Caller, request: Request) -> Response:
    wanted = request.form.get("q", "")
    rows = []
    for name in api.disk.names():
        if api.auth.may_act_as(caller.master, name) and name != caller.name:
            matched = [domain for domain in api.disk.domains(name) if wanted in domain]
            if wanted in name or matched:
                rows.append({"matchedDomains": matched, "user": name})
    return ok(rows[: whole(request.form.get("limit", ""), len(rows))])


@endpoint("POST", "session/login-as/switch", "reseller")
def login_as_switch(api: Api, caller: Caller, request: Request) -> Response:
    name = str(body(request, "username")["username"])
    if caller.session is None or not api.auth.may_act_as(caller.name, name):
        return api_error(403, "ACCESS_DENIED")
    if api.accounts.options.login_as_runs_session_hook:
        environment = {
            "username": name,
            "password": "",
            "session_id": caller.session.id,
            "ip": request.client,
            "referer": request.header("referer"),
            "user_agent": request.header("user-agent"),
        }
        good, output = api.accounts.hooks.run("session_create_pre", environment)
        if not good:
            return api_error(409, "PRE_HOOK_ERROR", output=output, exitCode=1, path="session_create_pre.sh")
    api.sessions.switch(caller.session, name, caller.master)
    return NOTHING


@endpoint("POST", "session/login-as/return")
def login_as_return(api: Api, caller: Caller, request: Request) -> Response:
    if caller.session is None:
        return api_error(403, "ACCESS_DENIED")
    api.sessions.switch(caller.session, caller.master, "")
    return NOTHING


@endpoint("GET", "sessions")
def sessions(api: Api, caller: Caller, request: Request) -> Response:
    """The caller's own sessions; as `admin|user` those of the user."""
    return ok(
        [
            {
                "created": stamp(s.created),
                "current": caller.session is not None and s.id == caller.session.id,
                "expires": stamp(s.seen + api.sessions.seconds),
                "host": "",
                "ip": s.ip,
                "loggedInAs": s.username,
                "loginKey": s.login_key,
                "publicID": s.public_id,
                "valid": True,
            }
            for s in api.sessions.all()
            if (s.master or s.username) == caller.name
        ]
    )


@endpoint("POST", "sessions/destroy/{public_id}")
def session_destroy(api: Api, caller: Caller, request: Request, public_id: str) -> Response:
    for one in api.sessions.all():
        if one.public_id == public_id and (one.master or one.username) == caller.name:
            api.sessions.destroy(one)
    return NOTHING


@endpoint("POST", "sessions/destroy-all-other")
def session_destroy_others(api: Api, caller: Caller, request: Request) -> Response:
    for one in api.sessions.all():
        if (one.master or one.username) == caller.name and (caller.session is None or one.id != caller.session.id):
            api.sessions.destroy(one)
    return NOTHING
