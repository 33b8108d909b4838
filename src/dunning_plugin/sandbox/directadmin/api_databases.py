"""The /api endpoints about databases and database users; the caller's own. Shapes: the published description (2025)."""

from typing import Any, Dict, List

from dunning_plugin.sandbox.directadmin.auth import Caller
from dunning_plugin.sandbox.directadmin.databases import HOST, MOST_NAME, MOST_USER, Databases
from dunning_plugin.sandbox.directadmin.encode import api_error
from dunning_plugin.sandbox.directadmin.endpoints import NOTHING, Api, BadRequest, body, endpoint, ok, texts
from dunning_plugin.sandbox.directadmin.wire import Request, Response

PRIVILEGES = (
    *("alter", "alterRoutine", "create", "createRoutine", "createTmpTable", "createView", "delete", "drop", "event"),
    *("execute", "index", "insert", "lockTables", "references", "select", "showView", "trigger", "update"),
)
LEAST_PASSWORD = 8


def _brief(own: Databases, name: str) -> Dict[str, Any]:
    users = own.kept().databases[name]
    return {"database": name, "definerIssues": 0, "sizeBytes": 0, "tableCount": 0, "userCount": len(users)}


@endpoint("GET", "db-show/databases")
def databases(api: Api, caller: Caller, request: Request) -> Response:
    own = Databases(api.disk, caller.name)
    return ok([_brief(own, name) for name in sorted(own.kept().databases)])


@endpoint("GET", "db-show/databases/{database}")
def database(api: Api, caller: Caller, request: Request, database: str) -> Response:
    own = Databases(api.disk, caller.name)
    if database not in own.kept().databases:
        return api_error(404, "NOT_FOUND")
    counted = {key: 0 for key in ("eventCount", "routineCount", "triggerCount", "viewCount")}
    return ok(
        {
            **_brief(own, database),
            **counted,
            "defaultCharset": "utf8mb4",
            "defaultCollation": "utf8mb4_general_ci",
        }
    )


@endpoint("GET", "db-show/databases/{database}/users")
def database_users(api: Api, caller: Caller, request: Request, database: str) -> Response:
    kept = Databases(api.disk, caller.name).kept()
    if database not in kept.databases:
        return api_error(404, "NOT_FOUND")
    rows = [
        {
            "conflictingHosts": False,
            "dbuser": user,
            "hostPatterns": kept.users[user],
            "privileges": {name: True for name in PRIVILEGES},
        }
        for user in sorted(kept.databases[database])
    ]
    return ok(rows)


@endpoint("GET", "db-show/info")
def info(api: Api, caller: Caller, request: Request) -> Response:
    return ok(
        {
            "address": HOST,
            "defaultHostPatterns": [HOST],
            "maxDatabaseLength": MOST_NAME,
            "maxHostsPerUser": 50,
            "maxUsernameLength": MOST_USER,
            "oneClickPhpMyAdminLogin": False,
            "sqlMode": [],
            "unixSocket": True,
            "version": "10.11.0",
        }
    )


@endpoint("GET", "db-show/users")
def users(api: Api, caller: Caller, request: Request) -> Response:
    kept = Databases(api.disk, caller.name).kept()
    return ok([{"dbuser": name, "hostPatterns": hosts} for name, hosts in sorted(kept.users.items())])


@endpoint("GET", "db-show/users/{dbuser}")
def user(api: Api, caller: Caller, request: Request, dbuser: str) -> Response:
    kept = Databases(api.disk, caller.name).kept()
    if dbuser not in kept.users:
        return api_error(404, "NOT_FOUND")
    return ok({"dbuser": dbuser, "hostPatterns": kept.users[dbuser]})


@endpoint("GET", "db-show/users/{dbuser}/databases")
def user_databases(api: Api, caller: Caller, request: Request, dbuser: str) -> Response:
    own = Databases(api.disk, caller.name)
    if dbuser not in own.kept().users:
        return api_error(404, "NOT_FOUND")
    return ok([_brief(own, name) for name, users in sorted(own.kept().databases.items()) if dbuser in users])


@endpoint("POST", "db-manage/create-db")
def create(api: Api, caller: Caller, request: Request) -> Response:
    name, own = str(body(request, "database")["database"]), Databases(api.disk, caller.name)
    if name in own.kept().databases:
        return api_error(409, "ALREADY_EXISTS")
    if not own.fits(name):
        raise BadRequest("database is no name of the account's")
    own.create(name, [])
    return NOTHING


@endpoint("POST", "db-manage/create-db-with-user")
def create_with_user(api: Api, caller: Caller, request: Request) -> Response:
    given, own = body(request, "database", "dbuser", "password"), Databases(api.disk, caller.name)
    name, who, hosts = str(given["database"]), str(given["dbuser"]), texts(given, "hostPatterns") or [HOST]
    if name in own.kept().databases or who in own.kept().users:
        return api_error(490, "ALREADY_EXISTS")
    if not own.fits(name) or not own.fits(who, MOST_USER):
        return api_error(494, "INVALID_NAME")
    _fit(given)
    own.create(name, [who])
    own.set_user(who, hosts)
    answer = {"address": HOST, "database": name, "dbuser": who, "hostPatterns": hosts, "password": given["password"]}
    return ok({**answer, "privileges": {key: True for key in PRIVILEGES}})


@endpoint("POST", "db-manage/create-user")
def create_user(api: Api, caller: Caller, request: Request) -> Response:
    given, own = body(request, "dbuser", "password"), Databases(api.disk, caller.name)
    who = str(given["dbuser"])
    if who in own.kept().users:
        return api_error(409, "ALREADY_EXISTS")
    if not own.fits(who, MOST_USER):
        raise BadRequest("dbuser is no name of the account's")
    _fit(given)
    own.set_user(who, texts(given, "hostPatterns") or [HOST])
    return NOTHING


def _fit(given: Dict[str, Any]) -> None:
    if len(str(given["password"])) < LEAST_PASSWORD:
        raise BadRequest("the password is too short")


@endpoint("DELETE", "db-manage/databases/{database}")
def drop(api: Api, caller: Caller, request: Request, database: str) -> Response:
    """A database that is not there is no trouble."""
    Databases(api.disk, caller.name).drop(database)
    return NOTHING


@endpoint("DELETE", "db-manage/users/{dbuser}")
def drop_user(api: Api, caller: Caller, request: Request, dbuser: str) -> Response:
    Databases(api.disk, caller.name).set_user(dbuser, [])
    return NOTHING


@endpoint("POST", "db-manage/users/{dbuser}/change-password")
def change_password(api: Api, caller: Caller, request: Request, dbuser: str) -> Response:
    """Nothing in the sandbox logs in to a database: the password is checked, and forgotten."""
    given = body(request, "newPassword")
    if dbuser not in Databases(api.disk, caller.name).kept().users:
        return api_error(404, "NOT_FOUND")
    _fit({"password": given["newPassword"]})
    return NOTHING


@endpoint("POST", "db-manage/users/{dbuser}/change-hosts")
def change_hosts(api: Api, caller: Caller, request: Request, dbuser: str) -> Response:
    """The body is a bare list."""
    own = Databases(api.disk, caller.name)
    hosts: List[str] = request.json_list
    if dbuser not in own.kept().users:
        return api_error(404, "NOT_FOUND")
    if not hosts:
        raise BadRequest("a list of hosts is needed")
    own.set_user(dbuser, hosts)
    return NOTHING
