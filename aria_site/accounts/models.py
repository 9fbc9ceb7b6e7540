"""People, the links that sign them in once, and the keys of their programs."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q
from django.utils import timezone

from aria_site.kernel.ids import new_id


class User(AbstractUser):
    """A person of this studio. The owner is the first superuser; the sign-in link of `make run` is theirs."""


class Scope(models.TextChoices):
    """What an API key may do. Each scope stands alone; `admin` includes the others."""

    READ = "read"
    GENERATE = "generate"
    CURATE = "curate"
    ADMIN = "admin"


class SignInToken(models.Model):
    """A link that signs one person in once. Only the HMAC of its secret is stored."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sign_in_tokens")
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"sign-in link for {self.user}"


class ApiKey(models.Model):
    """A key `aria_<id>_<secret>` of a person's program. The secret is shown once; its HMAC is stored."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    public_id = models.CharField(max_length=12, unique=True, editable=False)
    name = models.CharField(max_length=80)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_keys")
    digest = models.CharField(max_length=64, editable=False)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "API key"
        ordering = ("-created_at",)
        constraints = [models.CheckConstraint(condition=~Q(digest=""), name="api_key_has_a_digest")]

    def __str__(self) -> str:
        return f"{self.name} (aria_{self.public_id}_…)"
