"""What the panel does to accounts: suspend, activate, delete, create, with hooks and rights. For both APIs."""

from dataclasses import dataclass
from typing import Dict, List, Optional, Tuple

from dunning_plugin.sandbox.directadmin.auth import Caller
from dunning_plugin.sandbox.directadmin.disk import Disk
from dunning_plugin.sandbox.directadmin.hooks import Hooks
from dunning_plugin.sandbox.directadmin.options import Options
from dunning_plugin.sandbox.directadmin.sessions import Sessions


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
        """Admins act on resellers and users, resellers on their own users, nobody on admins or himself."""
        if not self.disk.exists(name) or name == caller.name:
            return False
        kind = self.disk.kind(name)
        if caller.kind == "admin":
            return kind != "admin"
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

    def _each(self, caller: Caller, names: List[str], act: "object") -> Done:
        done = Done([], [])
        for name in names:
            if not self.disk.exists(name):
                done.problems.append(f"User {name} did not exist on the server.")
            elif not self.may_touch(caller, name):
                done.problems.append(f"You do not have permission to act on {name}")
            else:
                problem = act(name)  # type: ignore[operator]
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
        good, output = self.hooks.run(f"{hook}_pre", self.environment(name))
        if not good:
            return output.strip() or f"{hook}_pre.sh failed"
        self.disk.set_suspended(name, wanted, reason, details)
        if wanted:
            for session in self.sessions.of(name):
                if not session.master:
                    self.sessions.destroy(session)
        if self.options.reseller_suspension_marks_users and self.disk.kind(name) == "reseller":
            for user in self.disk.users_of(name):
                if (self.disk.config(user).get("suspended") == "yes") != wanted:
                    self.disk.set_suspended(user, wanted, reason, details)
        good, output = self.hooks.run(f"{hook}_post", self.environment(name))
        return "" if good else output.strip() or f"{hook}_post.sh failed"

    def _delete(self, name: str) -> str:
        for user in self.disk.users_of(name):
            self._delete(user)
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
        domain = values.get("domain", "")
        if self.disk.exists(name):
            return False, "Cannot Create Account", "That username already exists on the system"
        if not password or password != values.get("passwd2", password):
            return False, "Cannot Create Account", "Passwords do not match"
        if kind == "user" and not values.get("ip"):
            return False, "Unable to Create User", "A valid IP was not provided"
        if domain and self.disk.owner_of_domain(domain):
            return False, "Cannot Create Account", "That domain already exists on the system"
        environment = {"username": name, "passwd": password, "creator": caller.name, "usertype": kind, "domain": domain}
        good, output = self.hooks.run("user_create_pre", environment)
        if not good:
            return False, "Cannot Create Account", output.strip()
        try:
            self.disk.create(
                name,
                kind,
                caller.name,
                password,
                domain,
                email=values.get("email", ""),
                package=values.get("package", "standard"),
                ip=values.get("ip", "192.0.2.10"),
            )
        except ValueError:
            return False, "Cannot Create Account", "Invalid username"
        good, output = self.hooks.run("user_create_post", {**self.environment(name), "passwd": password})
        word = "Reseller" if kind == "reseller" else "User"
        details = "Unix User created successfully" + ("<br>Reseller created" if kind == "reseller" else "")
        return (
            good,
            f"{word} {name} created" if good else "user_create_post.sh failed",
            details if good else output.strip(),
        )

    def environment(self, name: str) -> Dict[str, str]:
        """What user hooks are given: the contents of user.conf."""
        return dict(self.disk.config(name))
