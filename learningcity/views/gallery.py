"""Sample content for the gallery of components. Sample texts are in their language here, outside the catalogues."""

from datetime import date

from django import forms
from django.core.paginator import Paginator
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from learningcity.forms import BirthDateField, PhoneField
from learningcity.statuses import STATUSES

SAMPLES = {
    "fr": {
        "course": "Utiliser son téléphone\u00a0: les premiers pas",
        "place": "Maison de quartier Attacharouk, Sidi Moumen",
        "when": "Samedi 10 h 30, du 16 mai au 27 juin",
        "for": "À partir de 16 ans · débutants",
        "spoken": "Darija, un peu de français",
        "group": "Groupe A, samedi 10 h 30",
        "women": "Groupe femmes, jeudi 9 h, garde d’enfants sur place",
        "district": "Sidi Moumen",
        "verdict": "À Sidi Moumen, les femmes participent moins qu’à Anfa\u00a0: 4,1 contre 5,0 pour 100 habitantes",
        "unit": "Personnes pour 100 habitantes de 15 ans et plus, 2025-2026, par arrondissement",
        "source": "Figures de la démonstration",
        "tiles": ["Lire et écrire", "Téléphone et ordinateur", "Un métier", "Une langue", "Inscrire mon enfant",
                  "Chercher un emploi", "Culture et créativité", "Santé, ville et environnement"],
        "rows": [["Sidi Moumen", "4,1", "3,2"], ["Anfa", "5,0", "4,6"], ["Hay Hassani", "3,9", "3,9"]],
        "heads": ["Arrondissement", "Femmes", "Valeur et cible", "Hommes"],
        "note": "Après le 30 avril, un tirage au sort. La date de votre demande ne compte pas.",
        "labels": ["Prénom", "Téléphone", "Nous écrivons seulement pour ce cours", "Nombre de personnes",
                   "Date de naissance", "ex. 27 3 2008", "Arrondissement", "Sexe", "Femme", "Homme",
                   "Ne souhaite pas répondre",
                   "Besoin d’aide sur place (facultatif)", "Accès sans marche", "Documents en gros", "Message"],
    },
    "ar": {
        "course": "استعمال الهاتف: الخطوات الأولى",
        "place": "دار الحي التشارك، سيدي مومن",
        "when": "السبت 10:30، من 16 ماي إلى 27 يونيو",
        "for": "من 16 سنة فما فوق · للمبتدئين",
        "spoken": "الدارجة وقليل من الفرنسية",
        "group": "الفوج أ، السبت 10:30",
        "women": "فوج النساء، الخميس 09:00، حضانة في عين المكان",
        "district": "سيدي مومن",
        "verdict": "في سيدي مومن تشارك النساء أقل من أنفا: 4,1 مقابل 5,0 لكل 100 امرأة",
        "unit": "عدد الأشخاص لكل 100 امرأة عمرهن 15 سنة فما فوق، 2025-2026، حسب المقاطعة",
        "source": "أرقام العرض التجريبي",
        "tiles": ["القراءة والكتابة", "الهاتف والحاسوب", "تعلّم مهنة", "تعلّم لغة",
                  "تسجيل طفلي", "البحث عن عمل", "الثقافة والإبداع", "الصحة والمدينة والبيئة"],
        "rows": [["سيدي مومن", "4,1", "3,2"], ["أنفا", "5,0", "4,6"], ["الحي الحسني", "3,9", "3,9"]],
        "heads": ["المقاطعة", "النساء", "القيمة والهدف", "الرجال"],
        "note": "بعد 30 أبريل تُجرى قرعة بين جميع الطلبات. تاريخ طلبكم لا يُحتسب.",
        "labels": ["الاسم الشخصي", "الهاتف", "نراسلكم من أجل هذا الدرس فقط", "عدد الأشخاص", "تاريخ الازدياد",
                   "مثال: 27 3 2008", "المقاطعة", "الجنس", "أنثى", "ذكر", "أفضل عدم الجواب",
                   "حاجة إلى مساعدة في عين المكان (اختياري)", "ولوج بدون أدراج", "وثائق بخط كبير", "رسالة"],
    },
    "en": {
        "course": "Using your phone: first steps",
        "place": "Maison de quartier Attacharouk, Sidi Moumen",
        "when": "Saturday 10:30, from 16 May to 27 June",
        "for": "From age 16 · beginners",
        "spoken": "Darija, some French",
        "group": "Group A, Saturday 10:30",
        "women": "Women’s group, Thursday 09:00, childcare on site",
        "district": "Sidi Moumen",
        "verdict": "In Sidi Moumen women take part less than in Anfa: 4.1 against 5.0 per 100 women",
        "unit": "People per 100 women aged 15 and over, 2025-2026, by district",
        "source": "Figures of the demonstration",
        "tiles": ["Reading and writing", "Phone and computer", "A trade", "A language",
                  "Enrol my child", "Look for work", "Culture and creativity", "Health, city and environment"],
        "rows": [["Sidi Moumen", "4.1", "3.2"], ["Anfa", "5.0", "4.6"], ["Hay Hassani", "3.9", "3.9"]],
        "heads": ["District", "Women", "Value and target", "Men"],
        "note": "After 30 April, a draw among all requests. The date of your request does not count.",
        "labels": ["First name", "Phone", "We only write about this course", "Number of people", "Date of birth",
                   "for example 27 3 2008", "District", "Sex", "Woman", "Man", "Prefer not to say",
                   "Help needed on site (optional)", "Step-free access", "Large print", "Message"],
    },
}  # fmt: skip
ICONS = ["book", "phone", "tools", "globe", "family", "briefcase", "brush", "leaf"]


class SampleForm(forms.Form):
    """One field of each kind the template pack draws."""

    def __init__(self, *args, words, **kwargs):
        super().__init__(*args, **kwargs)
        name, phone, why, count, birth, example, district, sex, *rest = words["labels"]
        woman, man, silent, needs, steps, large, message = rest
        short = forms.TextInput({"inputmode": "numeric", "class": "input-number"})
        self.fields = {
            "name": forms.CharField(label=name, widget=forms.TextInput({"autocomplete": "given-name"})),
            "phone": PhoneField(label=phone, help_text=why),
            "count": forms.CharField(label=count, widget=short),
            "birth": BirthDateField(label=birth, help_text=example),
            "district": forms.ChoiceField(label=district, choices=[("", "—"), ("14", words["district"])]),
            "who": forms.ChoiceField(
                label=_("Who is this course for?"),
                choices=[("me", _("For me")), ("child", _("For my child")), ("adult", _("For an adult relative"))],
                widget=forms.RadioSelect({"class": "cards"}),
            ),
            "sex": forms.ChoiceField(
                label=sex, choices=[("f", woman), ("m", man), ("n", silent)], widget=forms.RadioSelect()
            ),
            "needs": forms.MultipleChoiceField(
                label=needs, choices=[("s", steps), ("l", large)], widget=forms.CheckboxSelectMultiple, required=False
            ),
            "message": forms.CharField(label=message, widget=forms.Textarea({"rows": 3}), required=False),
            "consent": forms.BooleanField(
                label=_("I agree that the city uses this for the course and to count participants, without my name.")
            ),
        }


def context(request):
    """Everything the gallery shows, in the language of the request."""
    words = SAMPLES[get_language()]
    heads = [*words["heads"][:2], words["heads"][3]]
    facts = [("pin", "place"), ("calendar", "when"), ("person", "for")]
    return {
        "words": words,
        "form": SampleForm(request.GET if "errors" in request.GET else None, words=words),
        "tiles": [{"icon": icon, "title": title} for icon, title in zip(ICONS, words["tiles"], strict=True)],
        "facts": [{"icon": icon, "text": words[key]} for icon, key in facts],
        "labelled_facts": [
            {"icon": icon, "label": label, "text": words[key]}
            for (icon, key), label in zip(
                [*facts, ("speech", "spoken")], [_("Where"), _("When"), _("For whom"), _("Language")], strict=True
            )
        ],
        "statuses": [code for code in STATUSES if code not in {"few", "soon", "waiting", "offered", "completed"}],
        "day": date(2026, 4, 20),
        "summary": [
            {"key": _("Course"), "value": words["course"]},
            {"key": _("Contact"), "value": "06 12 34 56 78", "href": "#"},
        ],
        "columns": [{"label": head, "numeric": number > 0} for number, head in enumerate(heads)],
        "page": Paginator(range(90), 20).page(2),
    }
