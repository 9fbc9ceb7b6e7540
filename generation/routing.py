"""Addresses of the studio's web sockets."""

from django.urls import path

from generation.consumers import JobConsumer
from generation.queue_consumers import QueueConsumer

websocket_urlpatterns = [
    path("ws/jobs/<uuid:job_id>/", JobConsumer.as_asgi(), name="job-socket"),
    path("ws/queue/", QueueConsumer.as_asgi(), name="queue-socket"),
    path("ws/queue/all/", QueueConsumer.as_asgi(), {"everybody": True}, name="all-queues-socket"),
]
