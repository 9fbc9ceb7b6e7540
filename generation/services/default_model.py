"""Choosing the model that is used when nobody names one."""

from django.db import transaction

from generation.models import DiffusionModel


def model_make_default(*, model: DiffusionModel) -> bool:
    """Let this model be the default instead of the one that was. False when it was the default already."""
    with transaction.atomic():
        DiffusionModel.objects.filter(is_default=True).exclude(pk=model.pk).update(is_default=False)
        return DiffusionModel.objects.filter(pk=model.pk, is_default=False).update(is_default=True) == 1
