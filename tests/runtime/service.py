"""A small service that uses the whole runtime: what these tests talk to."""

from __future__ import annotations

from shared.contracts.base import Listing, now
from shared.runtime import (
    Caller,
    DeadLetter,
    Files,
    Problem,
    Reply,
    ServerEvent,
    Service,
    Store,
    Stream,
    Work,
)
from tests.runtime.orders import (
    Label,
    Order,
    OrderInput,
    OrderLost,
    OrderPlaced,
    OrderQuery,
    OrderShipped,
    Shipment,
    Stock,
    Upload,
)

SMALL = 10_000


class Orders:
    """The service, with switches for what its handlers do. `runs` counts them."""

    def __init__(self, keys, name: str = "orders") -> None:
        self.service = Service(name, keys=keys)
        self.runs = 0
        self.interrupt = lambda: None
        self._order_routes()
        self._creating_routes()
        self._plain_routes()
        self._events()

    def _order_routes(self) -> None:
        service = self.service

        @service.post("/v1/orders", status=201, idempotent=True)
        def create(order: OrderInput, work: Work, files: Files) -> Order:
            self.runs += 1
            self.interrupt()
            made = place(work, order)
            files.write(f"receipts/{made.id}.json", b"{}")
            return made

        @service.post("/v1/customers/{customer_id}/orders", status=201, idempotent=True)
        def create_for(customer_id: str, order: OrderInput, work: Work) -> Order:
            return place(work, order)

        @service.get("/v1/orders")
        def listed(query: OrderQuery, store: Store) -> Listing[Order]:
            return store.page(Order, query, where=[("item", "in", query.tags)] * bool(query.tags))

        @service.get("/v1/orders/{order_id}")
        def read(order_id: str, store: Store) -> Order:
            return store.get(Order, order_id)

        @service.put("/v1/orders/{order_id}")
        def change(order_id: str, order: OrderInput, work: Work) -> Order:
            known = work.edit(Order, order_id)
            return work.put(known.model_copy(update=order.model_dump()))

        @service.delete("/v1/orders/{order_id}")
        def cancel(order_id: str, work: Work) -> None:
            work.edit(Order, order_id)
            work.delete(Order, order_id)

    def _creating_routes(self) -> None:
        service = self.service

        @service.post("/v1/files", status=201, idempotent=True, limit=SMALL)
        def upload(file: Upload, work: Work) -> Label:
            self.runs += 1
            self.interrupt()
            work.publish(OrderShipped(order_id=file.filename))
            return Label(text=f"{file.title}:{file.filename}:{len(file.content)}")

        @service.post("/v1/keys", status=201, idempotent=True, secret=True)
        def make_key(work: Work) -> Label:
            work.create(Stock(id=work.new_id("stk")))
            return Label(text="the secret")

        @service.post("/v1/refused", idempotent=True)
        def refused(order: OrderInput, work: Work) -> None:
            self.runs += 1
            raise Problem("conflict", "Not today.")

        @service.post("/v1/stories", idempotent=True)
        def story(work: Work) -> Stream:
            self.runs += 1
            return Stream(self._story(), "/v1/stories/1")

    def _plain_routes(self) -> None:
        service = self.service

        @service.get("/v1/lines/{number}")
        def line(number: int) -> Label:
            return Label(text=str(number))

        @service.get("/v1/secrets.json", scope="admin")
        def secrets() -> Label:
            return Label(text="for administrators")

        @service.get("/v1/open", anonymous=True)
        def anonymous(caller: Caller) -> Label:
            return Label(text=str(caller))

        @service.get("/v1/broken")
        def broken() -> None:
            raise RuntimeError("the password is hunter2")

        @service.get("/v1/picture")
        def picture() -> Reply:
            return Reply(b"\x89PNG", 200, {"Content-Type": "image/png"})

    def _story(self):
        yield ServerEvent("word", {"text": "once\nupon"}, 1)
        self.interrupt()
        yield ServerEvent("word", Label(text="a time"), 2)

    def _events(self) -> None:
        service = self.service

        @service.on(OrderPlaced)
        def ship(event: OrderPlaced, work: Work, files: Files) -> None:
            self.runs += 1
            self.interrupt()
            files.write(f"labels/{event.order_id}.json", b"{}")
            known = work.find(Shipment, event.order_id) or Shipment(id=event.order_id)
            work.put(known.model_copy(update={"times": known.times + 1}))
            work.publish(OrderShipped(order_id=event.order_id))

        @service.gave_up(OrderPlaced)
        def lost(event: OrderPlaced, letter: DeadLetter, work: Work) -> None:
            work.publish(OrderLost(order_id=event.order_id))


def place(work: Work, order: OrderInput) -> Order:
    """Makes the order, counts it, and says so on the bus."""
    stock = work.find(Stock, "all") or Stock(id="all")
    work.put(stock.model_copy(update={"orders": stock.orders + 1}))
    made = work.create(Order(id=work.new_id("ord"), created_at=now(), **order.model_dump()))
    work.publish(OrderPlaced(order_id=made.id))
    return made
