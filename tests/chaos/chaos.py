"""Sessions talk while sockets, gateways and links break; nothing may be lost, doubled or reordered.

    SIGNALING_BIN_DIR=build/ci/bin tests/chaos/chaos.py --kills=20 --seed=7

One line a kill, then a summary; exit code 0 only if the verifier (ledger.py) has nothing to say. README.md has the rules.
"""

import argparse
import asyncio
import pathlib
import secrets
import sys
import time

sys.path[:0] = [str(pathlib.Path(__file__).parents[1] / "integration")]

# pylint: disable=wrong-import-position
import harness  # noqa: E402
from faults import Faults  # noqa: E402
from fleet import Fleet  # noqa: E402
from library_worker import KINDS  # noqa: E402
from world import World  # noqa: E402

# Everything has to be over so soon after the last kill.
SETTLE = 60.0
# A kill that does not count is tried again so often before something must be wrong.
ATTEMPTS = 200


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--messages", type=int, default=0, help="goes on until so many are sent")
    parser.add_argument("--rate", type=float, default=400.0, help="messages a second, of all sessions together")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1 << 32))
    parser.add_argument("--only", default="", help="this kind of fault alone")
    return parser.parse_args()


def plan(kinds, count, rng):
    """Every kind in every round, each round in another order."""
    drawn = []
    while len(drawn) < count:
        drawn += rng.sample(kinds, len(kinds))
    return drawn[:count]


async def strike(world, kind, number):
    """One kill that counts. The seconds until everybody was back."""
    name = kind.__name__
    world.phase = f"kill {number}, {name}"
    for _ in range(ATTEMPTS):
        result = await kind()
        if result is not None:
            in_flight, hit, seconds = result
            print(f"kill {number:3}  {name:16} {in_flight:4} in flight of {hit:2} sessions, back in {seconds:6.3f} s",
                  flush=True)
            return seconds
        await asyncio.sleep(0.05)
    raise TimeoutError(f"{ATTEMPTS} times fewer than 50 messages were in flight")


async def kill_all(world, options):
    """Seconds of the longest return, and how many kills there were."""
    rng = world.rng("faults")
    faults = Faults(world, rng)
    kinds = [kind for kind in faults.kinds if options.only in kind.__name__]
    longest, number = 0.0, 0
    for number, kind in enumerate(plan(kinds, options.kills, rng), start=1):
        longest = max(longest, await strike(world, kind, number))
        if world.ledger.faults:
            return longest, number
        await asyncio.sleep(rng.uniform(0, 0.3))
    world.phase = "after the kills"
    while world.ledger.messages < options.messages and not world.ledger.faults and not world.broken.done():
        await asyncio.sleep(0.1)
    return longest, number


async def run(options):
    """Whether all is well."""
    print(f"seed {options.seed}", flush=True)
    fleet = Fleet()
    world = World(fleet, options.seed)
    longest, kills, lost, begin = 0.0, 0, 0, time.monotonic()
    try:
        await fleet.start()
        await world.open()
        world.talk(options.rate)
        longest, kills = await kill_all(world, options)
        world.phase = "at the end"
        await world.hush(SETTLE)
        lost = world.ledger.lost()
        await world.close()
        await fleet.stop()
    except TimeoutError as wedge:
        lost = world.ledger.lost()
        world.fault(f"wedged: {wedge or 'it took too long'}; waiting:\n{world.who_waits()}")
    finally:
        world.stop()
        fleet.abandon()
    return report(world, options, kills, longest, lost, time.monotonic() - begin)


def report(world, options, kills, longest, lost, seconds):
    ledger = world.ledger
    for text in ledger.faults[:20]:
        print("FAULT", text)
    if len(ledger.faults) > 20:
        print(f"FAULT and {len(ledger.faults) - 20} more")
    resumes = sum(talker.session.resumes for talker in world.talkers)
    print(f"seed {options.seed}: {ledger.messages} messages, {ledger.deliveries} deliveries, {kills} kills, "
          f"{resumes} resumes, {sum(deal.done for deal in world.deals)} offers, {seconds:.0f} s")
    hasty = [talker.session for talker in world.talkers if hasattr(talker.session, "gaps")]
    print(f"hasty gateway: {sum(s.moves for s in hasty)} moves, {sum(s.resumes for s in hasty)} resumes, "
          f"{sum(s.gaps for s in hasty)} gaps, {world.hasty.ended} streams aged")
    for kind in KINDS:
        sessions = [talker.session for talker in world.libraries if talker.session.library == kind]
        print(f"{kind} library: {len(sessions)} sessions, {sum(s.resumes for s in sessions)} resumes, "
              f"{sum(s.sent for s in sessions)} messages sent, {sum(s.got for s in sessions)} got")
    print(f"lost {lost}, doubled {ledger.doubled}, reordered {ledger.reordered}, "
          f"answers {ledger.answered} of {ledger.asked}, longest return {longest:.3f} s")
    good = not ledger.faults and not lost
    print("nothing was lost" if good else "FAILED")
    return good


def main():
    harness.stay_on_this_machine()
    sys.exit(0 if asyncio.run(run(arguments())) else 1)


if __name__ == "__main__":
    main()
