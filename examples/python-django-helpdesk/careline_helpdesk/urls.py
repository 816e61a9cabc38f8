"""What networks post to: `…/hooks/x` for the endpoint `x`."""

from django.urls import path

from careline_helpdesk.views import hook

urlpatterns = [path("hooks/<str:endpoint>", hook)]
