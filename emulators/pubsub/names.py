"""Resource names: projects/{project}/{topics,subscriptions,snapshots}/{id}.

Source: cloud.google.com/pubsub/docs/pubsub-basics#resource_names.
"""

from __future__ import annotations

import re
import uuid

from emulators.rpc.errors import InvalidArgument

DELETED_TOPIC = "_deleted-topic_"
PROJECT = re.compile(r"projects/[^/]+")
RESOURCE = re.compile(r"projects/[^/]+/(\w+)/(?!goog)[A-Za-z][A-Za-z0-9\-_.~+%]{2,254}")


def check(name: str, collection: str) -> str:
    """The name, if it is one of the collection ("topics"). Raises InvalidArgument."""
    found = RESOURCE.fullmatch(name)
    if not found or found[1] != collection:
        raise InvalidArgument(f"Invalid [{collection}] name: (name={name})")
    return name


def check_project(name: str) -> str:
    """The name "projects/{project}". Raises InvalidArgument."""
    if not PROJECT.fullmatch(name):
        raise InvalidArgument(f"Invalid [projects] name: (name={name})")
    return name


def split(name: str) -> tuple[str, str]:
    """Project id and resource id of a resource name."""
    _, project, _, resource = name.split("/")
    return project, resource


def snapshot_of(subscription: str) -> str:
    """A new snapshot name in the project of a subscription."""
    return f"projects/{split(subscription)[0]}/snapshots/s-{uuid.uuid4().hex}"
