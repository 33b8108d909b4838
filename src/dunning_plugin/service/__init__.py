"""The resident root service: WSGI application on a unix socket, session check, forms, job worker, spool."""
