"""A pytest plugin: whoever asks for Google credentials gets anonymous ones."""

import google.auth
from google.auth.credentials import AnonymousCredentials

google.auth.default = lambda *_, **__: (AnonymousCredentials(), "demo-project")
