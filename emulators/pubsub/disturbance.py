"""Faults on the way to a consumer: deliveries lost, doubled, or overtaken by later ones."""

from __future__ import annotations

from collections.abc import Sequence

from emulators.pubsub.backlog import Backlog
from emulators.pubsub.deliveries import Delivery
from emulators.rpc.faults import DELIVERY, Faults

OVERTAKEN = 0.5  # seconds that a reordered message is held back


def disturbed(
    taken: Sequence[Delivery], backlog: Backlog, faults: Faults, now: int
) -> list[Delivery]:
    """What arrives of the deliveries just taken from a backlog.

    A lost one comes again after its lease. Reordering holds a message back once, and spares those
    with an ordering key, whose order Pub/Sub guarantees.
    """
    arriving: list[Delivery] = []
    for delivery in taken:
        copies = 1
        for fault in faults.meeting(DELIVERY):
            draw = fault.random.random
            may_wait = not (delivery.postponed or backlog.keeps_order_of(delivery))
            if draw() < fault.drop:
                copies = 0
            elif may_wait and draw() < fault.reorder:
                backlog.postpone(delivery, now, OVERTAKEN)
                copies = 0
            elif copies and draw() < fault.duplicate:
                copies += 1
        arriving += [delivery] * copies
    return arriving
