from django.urls import path

from compliance.review import views

app_name = "review"
urlpatterns = [path("", views.verify, name="verify")]
