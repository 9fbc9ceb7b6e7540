"""`python -m tests.support.fake_painter`: a worker that paints gradients at a walking pace, until it is ended."""

import time

import django

STEP_DELAY_S = 0.12


def main() -> None:
    """Paint whatever is queued. A prompt that says so fails."""
    django.setup()
    from generation.engine.contract import EngineError
    from generation.engine.fake import FakeEngine
    from generation.worker import StudioWorker

    refusal = EngineError("The model needs 6.9 GB; 4.1 GB are free.", code="memory")
    worker = StudioWorker(FakeEngine(step_delay_s=STEP_DELAY_S, failures={"too much": refusal}), name="gpu0@test")
    worker.start()
    while True:
        worker.paint_claimable()
        time.sleep(0.1)


if __name__ == "__main__":
    main()
