"""The chart before a real Kubernetes API server: README.md.

    run.py [-v] [TEST..]   builds what is missing, starts a cluster, runs the tests (or those: rollout_test,
                           strict_test.StrictTest.test_pods_are_restricted, ..) and ends the cluster
    run.py --serve         starts the cluster, prints how to reach it, and ends it on Ctrl-C
"""

import pathlib
import signal
import sys
import time
import unittest

import shared
import tools
from cluster import Cluster

HERE = pathlib.Path(__file__).resolve().parent


def serve(cluster):
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    print(f"export KUBECONFIG={cluster.kubeconfig}", flush=True)
    tools.say("Ctrl-C ends it")
    signal.sigwait({signal.SIGINT, signal.SIGTERM})


class _Now(unittest.TextTestResult):
    """Says at once what failed: all of it takes minutes."""

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self._say(self.failures)

    def addError(self, test, err):
        super().addError(test, err)
        self._say(self.errors)

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err:
            self._say(self.failures if issubclass(err[0], test.failureException) else self.errors)

    def _say(self, problems):
        self.stream.writeln("\n%s\n%s" % problems[-1])
        self.stream.flush()

    def printErrors(self):
        pass  # they were


def run(verbosity, names):
    loader = unittest.defaultTestLoader
    tests = loader.loadTestsFromNames(names) if names else loader.discover(str(HERE), "*_test.py")
    begun = time.monotonic()
    result = unittest.TextTestRunner(verbosity=verbosity, resultclass=_Now).run(tests)
    bad = len({str(getattr(test, "test_case", test)) for test, _ in result.failures + result.errors})
    tools.say(f"{time.monotonic() - begun:.0f} s")
    print(f"{result.testsRun - bad} passed, {bad} failed")
    return 0 if result.wasSuccessful() and result.testsRun else 1


def main(arguments):
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # unittest takes no other exception for the end
    names = [one for one in arguments if not one.startswith("-")]
    if unknown := {one for one in arguments if one.startswith("-")} - {"-v", "--serve"}:
        raise SystemExit(f"run.py: unknown argument {sorted(unknown)[0]!r}\n{__doc__}")
    with Cluster() as cluster:
        if "--serve" in arguments:
            serve(cluster)
            return 0
        shared.use(cluster)
        return run(2 if "-v" in arguments else 1, names)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
