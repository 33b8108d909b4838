"""What the panel does to accounts: suspend, activate, delete, create, with hooks and rights. For both APIs."""

from dataclasses import dataclass
from typing import Callable, Dict, List, Optional, Tuple

from dunning_plugin.sandbox.directadmin import limits
from dunning_plugin.sandbox.directadmin.auth import Caller
from dunning_plugin.sandbox.directadmin.disk import OWN_KEYS, Disk, is_domain, is_name
from dunning_plugin.sandbox.directadmin.domainfiles import owner_of_pointer
from dunning_plugin.sandbox.directadmin.hooks import Hooks
from dunning_plugin.sandbox.directadmin.options import Options
from dunning_plugin.sandbox.directadmin.packages import STANDARD, Packages
from dunning_plugin.sandbox.directadmin.sessions import Sessions

SHARED = ("shared", "sharedreseller", "server")
"""What clients send for `ip` instead of an address."""
CREATED = (
    "Unix User created successfully",
    "Users System Quotas set",
    "Users data directory created successfully",
    "Domains directory created successfully",
    "Domains directory created successfully in users home",
    "Domain Created Successfully",
)
"""What the panel says of a new account (a Perl client's tests, 2012)."""


@dataclass
class Done:
    """What came of a batch: the names acted on, and the words of what was refused."""

    names: List[str]
    problems: List[str]


class Accounts:
    """Acts on accounts as the panel does."""

    def __init__(self, disk: Disk, options: Options, hooks: Hooks, sessions: Sessions) -> None:
        self.disk, self.options, self.hooks, self.sessions = disk, options, hooks, sessions

    def may_touch(self, caller: Caller, name: str) -> bool:
        """Admins act on everybody but themselves, resellers on their own users (a PHP client's tests of a live panel
        suspend and delete an admin)."""
        if not self.disk.exists(name) or name == caller.name:
            return False
        kind = self.disk.kind(name)
        if caller.kind == "admin":
            return True
        return caller.kind == "reseller" and kind == "user" and self.disk.config(name)["creator"] == caller.name

    def suspend(self, caller: Caller, names: List[str], reason: str, details: str, keep: Optional[int] = None) -> Done:
        """Suspend accounts one after the other; `keep`: only the first so many (a fault)."""
        return self._each(caller, names[:keep], lambda name: self._flip(name, True, reason, details))

    def activate(self, caller: Caller, names: List[str], keep: Optional[int] = None) -> Done:
        """Activate accounts one after the other."""
        return self._each(caller, names[:keep], lambda name: self._flip(name, False, "", ""))

    def delete(self, caller: Caller, names: List[str]) -> Done:
        """Delete accounts, a reseller's users with him."""
        return self._each(caller, names, self._delete)

    def _each(self, caller: Caller, names: List[str], act: Callable[[str], str]) -> Done:
        done = Done([], [])
        for name in names:
            if not self.disk.exists(name):
                done.problems.append(f"User {name} did not exist on the server.")
            elif not self.may_touch(caller, name):
                done.problems.append(f"You do not have permission to act on {name}")
            else:
                problem = act(name)
                if problem:
                    done.problems.append(problem)
                else:
                    done.names.append(name)
        return done

    def _flip(self, name: str, wanted: bool, reason: str, details: str) -> str:
        now = self.disk.config(name).get("suspended") == "yes"
        if self.options.unsuspend_toggles and now == wanted:
            wanted = not now
        hook = "user_suspend" if wanted else "user_activate"
        good, output = self._hooked(f"{hook}_pre", name)
        if not good:
            return output.strip() or f"{hook}_pre.sh failed"
        self.disk.set_suspended(name, wanted, reason, details)
        if wanted:
            self._end_sessions(name)
        if self.options.reseller_suspension_marks_users and self.disk.kind(name) == "reseller":
            for user in self.disk.users_of(name):
                if (self.disk.config(user).get("suspended") == "yes") != wanted:
                    self.disk.set_suspended(user, wanted, reason, details)
                    if wanted:
                        self._end_sessions(user)
        good, output = self._hooked(f"{hook}_post", name)
        return "" if good else output.strip() or f"{hook}_post.sh failed"

    def _hooked(self, hook: str, name: str) -> Tuple[bool, str]:
        """Run a hook about an account; its files are not read for nobody."""
        if not self.hooks.scripts(hook):
            return True, ""
        return self.hooks.run(hook, self.environment(name))

    def _end_sessions(self, name: str) -> None:
        """End an account's own sessions; who logged in as it stays."""
        for session in self.sessions.of(name):
            if not session.master:
                self.sessions.destroy(session)

    def _delete(self, name: str) -> str:
        below = self.disk.users_of(name)
        if below and self.disk.kind(name) == "admin":
            # Assumed: what would become of an admin's accounts is written nowhere.
            return f"{name} still has accounts"
        for user in below:
            problem = self._delete(user)
            if problem:
                return problem
        environment = self.environment(name)
        good, output = self.hooks.run("user_destroy_pre", environment)
        if not good:
            return output.strip() or "user_destroy_pre.sh failed"
        for session in self.sessions.of(name):
            self.sessions.destroy(session)
        self.disk.delete(name)
        good, output = self.hooks.run("user_destroy_post", environment)
        return "" if good else output.strip()

    def create(self, caller: Caller, kind: str, values: Dict[str, str]) -> Tuple[bool, str, str]:
        """Create an account; (done, text, details) as the panel words them."""
        name, password = values.get("username", ""), values.get("passwd", "")
        domain = values.get("domain", "").lower()
        problem = self._unfit(kind, name, domain, values)
        if problem:
            return False, *problem
        environment = {"username": name, "passwd": password, "creator": caller.name, "usertype": kind, "domain": domain}
        good, output = self.hooks.run("user_create_pre", environment)
        if not good:
            return False, "Cannot Create Account", output.strip()
        self.disk.create(name, kind, caller.name, password, domain, **self._settings(caller, kind, values))
        good, output = self.hooks.run("user_create_post", {**self.environment(name), "passwd": password})
        word = kind.capitalize()
        told = CREATED if domain else CREATED[:-1]
        details = "\n".join((*told, "Reseller created") if kind == "reseller" else told)
        return (
            good,
            f"{word} {name} created" if good else "user_create_post.sh failed",
            details if good else output.strip(),
        )

    def _settings(self, caller: Caller, kind: str, values: Dict[str, str]) -> Dict[str, str]:
        """What a fresh account's user.conf says: its package's limits, or those of the form. A package that is not
        there was no obstacle in a Perl client's tests (2012): the account gets its name and the defaults."""
        addresses, package = self.disk.addresses(), values.get("package", "")
        settings = {
            "email": values.get("email", ""),
            "package": package or ("custom" if limits.of_form(values) else STANDARD),
            "ip": values["ip"] if values.get("ip") in addresses else addresses[0],
        }
        packages = Packages(self.disk, caller.name, kind == "reseller")
        if not package:
            given = limits.of_form(values) or {}
        else:
            given = packages.get(package) if package in packages.names() else {}
        known = (*limits.LIMITS, *limits.FEATURES, "ns1", "ns2", "language", "skin")
        return {**{key: value for key, value in given.items() if key in known}, **settings}

    def _unfit(self, kind: str, name: str, domain: str, values: Dict[str, str]) -> Optional[Tuple[str, str]]:
        """Why an account cannot be made (text, details); None if it can."""
        refused = "Cannot Create Account"
        if self.disk.exists(name):
            return refused, "That username already exists on the system"
        if not is_name(name):
            return refused, "Invalid username"
        if not values.get("passwd") or values["passwd"] != values.get("passwd2", values["passwd"]):
            return refused, "Passwords do not match"
        if kind == "user" and values.get("ip") not in (*self.disk.addresses(), *SHARED):
            return "Unable to Create User", "A valid IP was not provided"
        if kind != "admin" and not is_domain(domain):
            return refused, "Invalid domain name"
        if not values.get("package") and limits.of_form(values) is None:
            return refused, "A limit is no number"
        if domain and (self.disk.owner_of_domain(domain) or owner_of_pointer(self.disk, domain)):
            return refused, "That domain already exists"
        return None

    def environment(self, name: str) -> Dict[str, str]:
        """What user hooks are given: the contents of user.conf, without what only the sandbox keeps there; the reason
        of a suspension does not come along (assumed)."""
        return {key: value for key, value in self.disk.config(name).items() if key not in OWN_KEYS}
