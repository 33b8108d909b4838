"""What accounts use, counted from their files. Sizes and traffic are 0: nothing flows through the sandbox."""

from typing import Dict, List

from dunning_plugin.sandbox.directadmin.databases import Databases
from dunning_plugin.sandbox.directadmin.disk import Disk
from dunning_plugin.sandbox.directadmin.domainfiles import pointers, subdomains
from dunning_plugin.sandbox.directadmin.mail import Mail


def counts(disk: Disk, names: List[str]) -> Dict[str, str]:
    """By the names of user.conf's limits; bandwidth and quota in megabytes."""
    domains = [domain for name in names for domain in disk.domains(name)]
    return {
        "bandwidth": "0.0",
        "domainptr": str(sum(len(pointers(disk, domain)) for domain in domains)),
        "ftp": "0",
        "inode": "0",
        "mysql": str(sum(len(Databases(disk, name).kept().databases) for name in names)),
        "nemailf": str(sum(len(Mail(disk, domain).forwarders()) for domain in domains)),
        "nemailml": "0",
        "nemailr": "0",
        "nemails": str(sum(len(disk.mailboxes(domain)) for domain in domains)),
        "nsubdomains": str(sum(len(subdomains(disk, domain)) for domain in domains)),
        "quota": "0.0",
        "vdomains": str(len(domains)),
    }
