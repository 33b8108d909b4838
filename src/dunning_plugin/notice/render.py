"""The neutral notice as pages: fixed sentences per language, a contact, a reference; linted before anyone sees it."""

from functools import lru_cache
from pathlib import Path
from typing import Any, Dict, Mapping, Optional, Sequence

import yaml
from jinja2 import FileSystemLoader, StrictUndefined, TemplateError
from jinja2.sandbox import SandboxedEnvironment

from dunning_plugin.config.settings import Contact, NoticeSettings
from dunning_plugin.errors import InputError
from dunning_plugin.notice.htaccess import DEFAULT_PAGE, htaccess
from dunning_plugin.notice.lint import check_or_raise

SPECIMEN = "AAAA-2222"
"""A case reference that belongs to no case and spells nothing."""
TEMPLATE = "notice.html.j2"
OURS = Path(__file__).with_name("templates")
MARKER = ".dunning"
"""A file that holds the case's reference: how a folder of ours is known again. .htaccess keeps it from visitors."""


@lru_cache(maxsize=1)
def texts() -> Mapping[str, Mapping[str, str]]:
    """The fixed sentences by language."""
    loaded: Mapping[str, Mapping[str, str]] = yaml.safe_load(
        Path(__file__).with_name("texts.yaml").read_text(encoding="utf-8")
    )
    return loaded


@lru_cache(maxsize=8)
def _environment(templates: Optional[Path]) -> SandboxedEnvironment:
    """One for each folder, so that a template is compiled once; a template that changed is read anew."""
    return SandboxedEnvironment(
        loader=FileSystemLoader([str(folder) for folder in (templates, OURS) if folder]),
        autoescape=True,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )


def render(
    language: str, contact: Contact, case_ref: str, templates: Optional[Path] = None, names: Sequence[str] = ()
) -> str:
    """The page in one language. InputErrors if what came out may not be published, InputError for a broken template.

    `templates`: a folder of the host's own with a notice.html.j2; `names`: the debtor's, which may not stand there."""
    environment = _environment(templates)
    where = str((templates or OURS) / TEMPLATE)
    try:
        values: Dict[str, Any] = {
            "language": language,
            "text": texts()[language],
            "contact": contact,
            "reference": case_ref,
        }
        page = environment.get_template(TEMPLATE).render(values)
    except TemplateError as error:
        raise InputError(
            f"cannot be filled in: {error}",
            file=where,
            line=getattr(error, "lineno", None),
            remedy="it may use language, text.*, contact.* and reference",
        ) from None
    for field in ("name", "email", "phone", "url"):
        check_or_raise(getattr(contact, field), f"host.contact.{field}", names)
    # A reference is made up of letters by chance, and chance may spell a word.
    check_or_raise(page.replace(case_ref, SPECIMEN), where, names)
    return page


def pages(
    settings: NoticeSettings, contact: Contact, case_ref: str, language: str, names: Sequence[str] = ()
) -> Mapping[str, bytes]:
    """Everything that is published: a page a language, index.html in `language`, .htaccess, the marker."""
    if settings.templates is not None and not settings.templates.is_dir():
        # Falling back on our own template unasked would publish another page than the host believes.
        raise InputError(
            f"there is no folder {settings.templates}", field="notice.templates", remedy="mend dunning.yaml"
        )
    wanted = list(settings.languages)
    default = language if language in wanted else wanted[0]
    rendered = {name: render(name, contact, case_ref, settings.templates, names).encode("utf-8") for name in wanted}
    files = {f"{name}.html": page for name, page in rendered.items()}
    files[DEFAULT_PAGE] = rendered[default]
    files[".htaccess"] = htaccess(wanted, settings.retry_after)
    files[MARKER] = f"{case_ref}\n".encode("ascii")
    return files
