// InterruptionTests.swift -- signals, each test in a process of its own.

import EngramCommands
import Glibc
import Testing

struct InterruptionTests {
  @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
  func `the first signal asks to stop`(number: Int32) async {
    await #expect(processExitsWith: .exitCode(40 + number)) { [number] in
      Interruption.install()
      if Interruption.isRequested { exit(1) }
      send(number)
      waitForInterruption()
      exit(Interruption.isRequested && Interruption.signal == number ? 40 + number : 2)
    }
  }

  @Test func `the second signal ends the program at once`() async {
    await #expect(processExitsWith: .exitCode(130)) {
      Interruption.install()
      send(SIGTERM)
      waitForInterruption()
      send(SIGINT)
      sleep(10)
      exit(1)
    }
  }

  @Test func `a signal that was ignored from the start stays ignored`() async {
    await #expect(processExitsWith: .exitCode(43)) {
      _ = signal(SIGINT, SIG_IGN)
      Interruption.install()
      send(SIGINT)
      usleep(50_000)
      exit(Interruption.isRequested ? 1 : 43)
    }
  }

  @Test func `a closed pipe does not end the program`() async {
    await #expect(processExitsWith: .exitCode(44)) {
      Interruption.install()
      send(SIGPIPE)
      usleep(50_000)
      exit(44)
    }
  }
}

/// Sends a signal to this process, whichever of its threads takes it: those that run tests may have it blocked.
private func send(_ number: Int32) { kill(getpid(), number) }

/// Waits until a signal has been seen, ten seconds at most.
private func waitForInterruption() {
  for _ in 0..<10_000 where !Interruption.isRequested { usleep(1000) }
}
