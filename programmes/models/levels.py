"""The frameworks by which levels and fields of learning are named."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class CefrLevel(models.TextChoices):
    """Common European Framework of Reference for Languages."""

    A1 = "A1", "A1"
    A2 = "A2", "A2"
    B1 = "B1", "B1"
    B2 = "B2", "B2"
    C1 = "C1", "C1"
    C2 = "C2", "C2"


class DigcompLevel(models.IntegerChoices):
    """Proficiency levels of DigComp 2.2."""

    FOUNDATION_1 = 1, _("Foundation, level 1")
    FOUNDATION_2 = 2, _("Foundation, level 2")
    INTERMEDIATE_3 = 3, _("Intermediate, level 3")
    INTERMEDIATE_4 = 4, _("Intermediate, level 4")
    ADVANCED_5 = 5, _("Advanced, level 5")
    ADVANCED_6 = 6, _("Advanced, level 6")
    SPECIALISED_7 = 7, _("Highly specialised, level 7")
    SPECIALISED_8 = 8, _("Highly specialised, level 8")


class IscedField(models.TextChoices):
    """Narrow fields of ISCED-F 2013 (UNESCO Institute for Statistics)."""

    BASIC = "001", _("Basic programmes and qualifications")
    LITERACY = "002", _("Literacy and numeracy")
    PERSONAL = "003", _("Personal skills and development")
    EDUCATION = "011", _("Education")
    ARTS = "021", _("Arts")
    HUMANITIES = "022", _("Humanities except languages")
    LANGUAGES = "023", _("Languages")
    SOCIAL = "031", _("Social and behavioural sciences")
    JOURNALISM = "032", _("Journalism and information")
    BUSINESS = "041", _("Business and administration")
    LAW = "042", _("Law")
    BIOLOGY = "051", _("Biological and related sciences")
    ENVIRONMENT = "052", _("Environment")
    PHYSICS = "053", _("Physical sciences")
    MATHEMATICS = "054", _("Mathematics and statistics")
    ICT = "061", _("Information and communication technologies")
    ENGINEERING = "071", _("Engineering and engineering trades")
    MANUFACTURING = "072", _("Manufacturing and processing")
    CONSTRUCTION = "073", _("Architecture and construction")
    AGRICULTURE = "081", _("Agriculture")
    FORESTRY = "082", _("Forestry")
    FISHERIES = "083", _("Fisheries")
    VETERINARY = "084", _("Veterinary")
    HEALTH = "091", _("Health")
    WELFARE = "092", _("Welfare")
    PERSONAL_SERVICES = "101", _("Personal services")
    HYGIENE = "102", _("Hygiene and occupational health services")
    SECURITY = "103", _("Security services")
    TRANSPORT = "104", _("Transport services")
