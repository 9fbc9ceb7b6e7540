"""Addresses of the studio and its fragments."""

from django.urls import path

from generation import batch_views, control_views, views

app_name = "generation"
urlpatterns = [
    path("", views.studio, name="studio"),
    path("source/", views.source, name="source"),
    path("pictures/<str:sha256>/", views.picture, name="picture"),
    path("pictures/<str:sha256>/small/", views.picture_thumbnail, name="picture-small"),
    path("queue/", views.queue, name="queue"),
    path("queue/pause/", control_views.pause_queue, name="queue-pause"),
    path("queue/resume/", control_views.resume_queue, name="queue-resume"),
    path("queue/mine/<str:verb>/", control_views.change_all, name="change-all"),
    path("jobs/<uuid:job_id>/", views.job, name="job"),
    path("jobs/<uuid:job_id>/controls/", control_views.controls, name="controls"),
    path("jobs/<uuid:job_id>/pause/", control_views.pause, name="pause"),
    path("jobs/<uuid:job_id>/resume/", control_views.resume, name="resume"),
    path("jobs/<uuid:job_id>/move/", control_views.move, name="move"),
    path("jobs/<uuid:job_id>/priority/", control_views.prioritise, name="priority"),
    path("jobs/<uuid:job_id>/cancel/", views.cancel, name="cancel"),
    path("jobs/<uuid:job_id>/retry/", views.retry, name="retry"),
    path("batches/", batch_views.batches, name="batches"),
    path("batches/<uuid:batch_id>/", batch_views.batch, name="batch"),
    path("batches/<uuid:batch_id>/cancel/", batch_views.cancel, name="batch-cancel"),
    path("batches/<uuid:batch_id>/retry/", batch_views.retry, name="batch-retry"),
    path("artworks/<uuid:artwork_id>/reproduction/", views.reproduction, name="reproduction"),
    path("artworks/<uuid:artwork_id>/reproduce/", views.reproduce, name="reproduce"),
]
