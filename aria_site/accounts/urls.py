"""Addresses of signing in and out."""

from django.urls import path

from aria_site.accounts import views

app_name = "accounts"
urlpatterns = [
    path("enter/<str:token>/", views.enter, name="enter"),
    path("login/", views.SignIn.as_view(), name="login"),
    path("logout/", views.SignOut.as_view(), name="logout"),
    path("password/", views.ChoosePassword.as_view(), name="password"),
]
