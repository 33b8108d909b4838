"""Jobs: the list of them, and one with its progress and its result per account."""

from collections import Counter
from typing import Any, Dict, List, Sequence, Tuple

from dunning_plugin import jobs
from dunning_plugin.enforce.moves import SAID, Outcome
from dunning_plugin.jobs import Job, Result
from dunning_plugin.pages import addresses
from dunning_plugin.pages.asking import asked, cut, part
from dunning_plugin.pages.desk import desk, tongue
from dunning_plugin.pages.mistakes import PageMistake
from dunning_plugin.pages.rendering import render

SHOWN_JOBS = 100
MOST_NAMED = 3
ORDER = [Outcome.FAILED.value, *(outcome.value for outcome in Outcome if outcome is not Outcome.FAILED), jobs.WAITING]


def show_all() -> str:
    """The list."""
    with desk().installation.store.read() as conn:
        newest = jobs.newest(conn, SHOWN_JOBS)
    return render("jobs.html.j2", "jobs", jobs=newest, title_of=title_of)


def show() -> str:
    """The page of the job that the address names."""
    return page(asked("id"))


def page(job_id: str, fresh: bool = False) -> str:
    """One job's page; `fresh`: it was asked for just now."""
    return render("job.html.j2", "jobs", fresh=fresh, **_values(job_id))


def figures() -> Dict[str, Any]:
    """The same for the script: how far it is, and the part of the page that changes."""
    values = _values(asked("id"))
    job: Job = values["job"]
    return {
        "state": job.state,
        "over": job.is_over,
        "total": job.total,
        "done": job.done,
        "sentence": values["sentence"],
        "html": render("job_body.html.j2", "jobs", **values),
    }


def _values(job_id: str) -> Dict[str, Any]:
    with desk().installation.store.read() as conn:
        job = jobs.get(conn, job_id)
        if job is None:
            raise PageMistake("no_job", 404)
        results = jobs.results(conn, job_id)
    only = "failed" if asked("only") == "failed" else ""
    failed = [result for result in results if result.failed]
    return {
        "job": job,
        "only": only,
        "at": part(),
        "counts": _counts(results),
        "total_results": len(results),
        "failed_results": len(failed),
        "cut": cut(failed if only else results, part()),
        "sentence": sentence(job, _accounts(results), _accounts(failed)),
        "detail": detail,
        "title_of": title_of,
    }


def _accounts(results: Sequence[Result]) -> int:
    """One account may have several results, one a measure."""
    return len({result.account for result in results})


def _counts(results: Sequence[Result]) -> List[Tuple[str, int]]:
    counted = Counter(result.outcome for result in results)
    return sorted(counted.items(), key=lambda pair: ORDER.index(pair[0]))


def sentence(job: Job, accounts: int, failed: int) -> str:
    """How far it is, in words."""
    speech = tongue()
    if job.state == "failed":
        return speech.text("job.broke")
    if job.state == "done":
        if failed:
            return speech.text("job.over_failed", n=failed)
        return speech.text("job.over", n=accounts) if accounts else speech.text("job.over_nothing")
    if job.state == "queued" or not job.total:
        return speech.text("job.waits" if job.state == "queued" else "job.begins")
    return speech.text("job.runs", done=speech.number(job.done), total=speech.number(job.total))


def detail(result: Result) -> str:
    """What a result's words say beyond its outcome, which has its own text."""
    said = SAID.get(Outcome(result.outcome), "") if result.outcome != jobs.WAITING else ""
    words = result.words[len(said) :] if result.words.startswith(said) else result.words
    words = words.strip()
    return words[1:-1] if words.startswith("(") and words.endswith(")") else words


def title_of(job: Job) -> str:
    """What was asked for: 'Suspension of da1/webbouw'."""
    speech, request = tongue(), job.request
    names = [str(name) for name in (*request.get("names", ()), *request.get("debtors", ()))]
    if request.get("everything") or request.get("paid"):
        what = speech.text("job.everything" if request.get("everything") else "job.paid")
    elif len(names) > MOST_NAMED:
        what = speech.text("job.many", n=len(names))
    else:
        what = ", ".join(names)
    kind = "restore" if job.kind == "restore" else str(request.get("measure", "suspend"))
    return speech.text(f"job.title_{kind}", what=what)


def address(job_id: str) -> str:
    """Where the job's page is."""
    return addresses.page("job", id=job_id)
