"""WSGI entry for production, where a WSGI server answers HTTP and daphne only `/ws/`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aria_site.settings")
application = get_wsgi_application()
