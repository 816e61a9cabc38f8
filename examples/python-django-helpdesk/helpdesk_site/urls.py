"""Where things are: the helpdesk, Django's administration, and what networks post to."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("careline/", include("careline_helpdesk.urls")),
    path("", include("helpdesk.urls", namespace="helpdesk")),
]
