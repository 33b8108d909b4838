"""The `.htaccess` beside the notice: what turns a folder of pages into 'unavailable for now' on every path.

Apache 2.4 and LiteSpeed read it. Measured on Debian's Apache 2.4 (tests/services/test_apache_notice.py); nginx by
itself ignores it and answers the page with 200, at the address of the page only.

Few and plain directives, so that they work under any `AllowOverride` that lets FileInfo and Indexes through. The
first supported language that the visitor names wins: browsers name theirs in order of preference.
"""

from typing import Sequence

DEFAULT_PAGE = "index.html"

_TEMPLATE = r"""# This site is unavailable for now. Files in this folder are not the site's own.
ErrorDocument 503 /{page}
ErrorDocument 403 /{page}

<IfModule mod_headers.c>
Header always set Retry-After "{retry_after}"
Header always set Cache-Control "no-store"
Header always set X-Robots-Tag "noindex"
Header onsuccess unset Cache-Control
</IfModule>

<IfModule mod_rewrite.c>
RewriteEngine On
# Certificates go on being renewed.
RewriteCond %{{REQUEST_URI}} ^/\.well-known/acme-challenge/[A-Za-z0-9_-]+$
RewriteRule ^ - [L]
# The page itself, asked for by the server as its error document, in the visitor's first language that we have.
RewriteCond %{{ENV:REDIRECT_STATUS}} ^(503|403)$
RewriteCond %{{HTTP:Accept-Language}} (^|,)\s*({languages})([-,;\s]|$)
RewriteRule ^index\.html$ /%2.html [L]
RewriteCond %{{ENV:REDIRECT_STATUS}} !^(503|403)$
RewriteRule ^ - [R=503,L]
</IfModule>

<IfModule !mod_rewrite.c>
DirectoryIndex {page}
ErrorDocument 404 /{page}
<IfModule mod_alias.c>
RedirectMatch 503 ^/(?!(index|{languages})\.html$|\.well-known/acme-challenge/[A-Za-z0-9_-]+$)
</IfModule>
</IfModule>
"""


def htaccess(languages: Sequence[str], retry_after: int) -> bytes:
    """The file's content: `languages` have a page each (`nl.html`), `retry_after` in seconds."""
    return _TEMPLATE.format(page=DEFAULT_PAGE, retry_after=retry_after, languages="|".join(languages)).encode("ascii")
