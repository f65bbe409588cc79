"""A service to be crashed, changed and pushed to; it writes down what it hears."""

import json
import os
import time

import functions_framework

GREETING = "hello"


@functions_framework.http
def handle(request):
    match request.path:
        case "/healthz":
            return "ok"
        case "/events" | "/dead-letters":
            return hear(request)
        case "/slow":
            write_down({"path": request.full_path})
            time.sleep(0.4)
            return "slow"
        case "/environment":
            return {**os.environ, "pid": os.getpid()}
        case _:
            return GREETING


def hear(request):
    """Refuses a message that says so; keeps the others, one a line."""
    if request.args["token"] != os.environ["PUBSUB_VERIFICATION_TOKEN"]:
        return "wrong token", 401
    heard = {"path": request.path, **request.get_json()}
    if request.path == "/events" and heard["message"].get("attributes", {}).get("refuse"):
        return "refused", 500
    write_down(heard)
    return "", 204


def write_down(heard):
    with open(os.environ["HEARD_FILE"], "a", encoding="utf-8") as file:
        file.write(json.dumps(heard) + "\n")
