"""The one NinjaAPI: it only adds the routers of the apps and answers their problems."""

from ninja import NinjaAPI

api = NinjaAPI(title="Aria", version="1.0.0", urls_namespace="api", docs_url=None)
