"""What people see: a session asked for, and a session read."""

from django.views.generic import TemplateView


class HomeView(TemplateView):
    """Ask for a session; for visitors, what this is."""

    template_name = "web/home.html"
