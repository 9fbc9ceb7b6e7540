"""The studio floor: all orders on the device thread, who paints next, and what becomes of an order that fails."""

import logging
from collections.abc import Callable, Sequence
from functools import partial

import torch

from generation.engine.company import Shape, in_turn
from generation.engine.contract import DeviceFaultError, EngineError, ModelSource, PaintingCancelledError, Stage
from generation.engine.painter import Painter, painting_of
from generation.engine.sittings import Sitting
from generation.engine.tickets import QueueTicket
from generation.engine.whole_call import WholeCall

logger = logging.getLogger(__name__)


class Floor:
    """Orders under way. Belongs to the device thread.

    `turn` does the work between two step boundaries. The most urgent and then oldest order leads; orders of the same
    shape join it in one model call, as many as `most` pictures, and leave it when they are finished. All others rest
    with a checkpoint. Whatever fails ends one order alone.
    """

    def __init__(self, painter: Painter, most: int) -> None:
        self._painter = painter
        self._most = most
        self._fits: dict[Shape, int] = {}
        """How many pictures of a shape share a model call, where it is fewer than `most`: more ran out of memory."""
        self._sittings: list[Sitting] = []
        self._arrivals = 0

    @property
    def busy(self) -> bool:
        """Whether any order is under way."""
        return bool(self._sittings)

    def admit(self, ticket: QueueTicket, source: ModelSource) -> None:
        """Take an order up, to be painted when its turn comes."""
        sitting = Sitting(ticket=ticket, source=source, arrival=self._arrival(), together=self._most)
        self._sittings.append(sitting)

    def preload(self, source: ModelSource) -> None:
        """Load a model, keep it for good, and run it once. Without it the studio opens all the same."""
        error = self._failure(lambda: self._painter.warm(source))
        if error is not None:
            logger.error("Preloading %s failed", source.name, exc_info=error)

    @torch.inference_mode()
    def turn(self) -> None:
        """Move on whoever is due by one model call. Raises DeviceFaultError."""
        self._dismiss_withdrawn()
        company = self._company()
        if not company:
            return
        if isinstance(self._painter.family(company[0].source), WholeCall):
            self._attempt(company[0], self._paint_whole)
        else:
            self._step(company)

    def _company(self) -> list[Sitting]:
        """Who shares the next model call, all of them begun; nobody where an order ended instead."""
        orders = in_turn(self._sittings)
        if not orders:
            return []
        leader = orders[0]
        self._rest([order for order in orders if order.shape != leader.shape])
        room = self._fits.get(leader.shape, self._most)
        if leader.room_needed() > room:
            leader.put_back()
        if not self._ready(leader, room):
            return []
        company = [leader]
        for order in orders[1:]:
            room_left = room - sum(len(member.group) for member in company)
            if order.shape == leader.shape and self._joins(order, leader, room_left):
                company.append(order)
        self._rest([order for order in orders if order not in company])
        return company

    def _joins(self, order: Sitting, leader: Sitting, room: int) -> bool:
        if order.order.alone or leader.order.alone:
            return False
        if leader.painting is None or order.room_needed() > room or not self._ready(order, room):
            return False
        return painting_of(order).shape == leader.painting.shape

    def _ready(self, order: Sitting, room: int) -> bool:
        """Take an order up and begin its next pictures, where that is not done. False when it needs no model call."""
        if order.started_at is None and not self._attempt(order, self._painter.open):
            return False
        if not order.group:
            order.take(min(room, order.together))
        if order.painting is None and not self._attempt(order, self._painter.begin):
            return False
        if order.painting is not None and order.painting.done:
            # A checkpoint of finished pictures was found.
            self._attempt(order, self._finish_group)
            return False
        return order in self._sittings

    def _step(self, company: Sequence[Sitting]) -> None:
        answers: list[torch.Tensor] = []
        error = self._failure(lambda: answers.extend(self._painter.predict(company)))
        if error is None:
            for order, answer in zip(company, answers, strict=True):
                self._attempt(order, partial(self._painter.advance, answer=answer))
                if order.painting is not None and order.painting.done:
                    self._attempt(order, self._finish_group)
        elif len(company) == 1:
            self._fail(company[0], error)
        elif not isinstance(error, PaintingCancelledError):
            # Nobody's painting was changed, so whoever spoils the call is found by making smaller ones.
            logger.warning("A model call for %d orders failed (%s)", len(company), type(error).__name__)
            if self._painter.is_out_of_memory(error):
                self._painter.pool.make_room(keep=company[0].source.name)
            self._halve(company[0].shape, sum(len(order.group) for order in company))

    def _finish_group(self, order: Sitting) -> None:
        self._painter.decode(order)
        self._close_if_finished(order)

    def _paint_whole(self, order: Sitting) -> None:
        self._painter.paint_whole(order)
        self._close_if_finished(order)

    def _close_if_finished(self, order: Sitting) -> None:
        """End an order well, or let those that wait go first with its next pictures."""
        if not order.finished:
            order.arrival = self._arrival()
            return
        self._painter.settle(order)
        order.ticket.finish(self._painter.facts(order))
        self._leave(order)

    def _attempt(self, order: Sitting, work: Callable[[Sitting], None]) -> bool:
        """Do one thing for one order. If it fails, that order ends and no other; returns whether it went well."""
        error = self._failure(lambda: work(order))
        if error is not None:
            self._fail(order, error)
        return error is None

    def _failure(self, work: Callable[[], None]) -> Exception | None:
        """What went wrong with a piece of work, if anything did. Raises DeviceFaultError."""
        try:
            work()
        except Exception as error:
            if self._painter.is_device_fault(error):
                logger.exception("The device failed")
                raise DeviceFaultError from error
            return error
        return None

    def _fail(self, order: Sitting, error: Exception) -> None:
        """End an order badly, unless room in memory or a smaller call may help it."""
        if self._painter.is_out_of_memory(error):
            if self._may_fit(order):
                return
            error = _too_large(order)
        if not isinstance(error, EngineError | PaintingCancelledError):
            logger.error("Job %s failed", order.order.job_id, exc_info=error)
            error = EngineError(f"The painting failed inside the model ({type(error).__name__}).", code="failed")
            self._fits.pop(order.shape, None)
        self._painter.settle(order)
        order.ticket.fail(error)
        self._leave(order)

    def _may_fit(self, order: Sitting) -> bool:
        """Prepare an order that ran out of memory to try again with less. False where nothing is left to try."""
        decoding = order.painting is not None and order.painting.done
        if len(order.group) > 1 and not decoding:
            self._halve(order.shape, len(order.group))
        elif order.cramped:
            return False
        order.cramped = True
        if not decoding:
            # Memory may have run out in the middle of a step: nobody knows what is left of it.
            order.put_back()
        self._painter.pool.make_room(keep=order.source.name)
        return True

    def _halve(self, shape: Shape, pictures: int) -> None:
        """From now on, paint half as many pictures of a shape at once."""
        self._fits[shape] = max(1, pictures // 2)
        logger.warning("From now on %d pictures of %s at once", self._fits[shape], shape)

    def _rest(self, orders: Sequence[Sitting]) -> None:
        """Have orders wait that were being painted; should the process die meanwhile, they lose nothing."""
        for order in orders:
            if order.ticket.stage is not Stage.WAIT:
                self._painter.keep(order)
                order.ticket.rest()

    def _dismiss_withdrawn(self) -> None:
        for order in [order for order in self._sittings if order.ticket.cancelled or order.ticket.ended]:
            # Whoever takes the job up again, if anybody does, has no step to repeat.
            self._painter.keep(order)
            self._painter.settle(order)
            order.ticket.fail(order.ticket.cancellation())
            self._leave(order)

    def _leave(self, order: Sitting) -> None:
        if order in self._sittings:
            self._sittings.remove(order)
        if not self._sittings:
            self._fits.clear()

    def _arrival(self) -> int:
        self._arrivals += 1
        return self._arrivals


def _too_large(order: Sitting) -> EngineError:
    recipe = order.order.recipe
    return EngineError(
        f"A picture of {recipe.width} by {recipe.height} does not fit into the memory of this device. "
        "Ask for a smaller one.",
        code="out_of_memory",
    )
