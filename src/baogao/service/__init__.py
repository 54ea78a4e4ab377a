"""The service: predictions over HTTP, for programs and as Label Studio's prediction backend."""
