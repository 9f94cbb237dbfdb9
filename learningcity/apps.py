from django.apps import AppConfig


class LearningCityConfig(AppConfig):
    name = "learningcity"
    verbose_name = "The ground"

    def ready(self):
        from . import checks  # noqa: F401 - registers the system checks
