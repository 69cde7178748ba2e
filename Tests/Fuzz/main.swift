// SPDX-License-Identifier: Apache-2.0
//
// Runs the fuzzer: Fuzz FIRST COUNT. A fault, a trap and a case of more than ten seconds end it with the number of the
// case, which makes the same case again.

import Foundation

let arguments = CommandLine.arguments.dropFirst().compactMap { UInt64($0) }
guard arguments.count == 2 else {
    print("usage: Fuzz FIRST COUNT")
    exit(2)
}

// The handler of a signal can reach nothing else.
nonisolated(unsafe) var current = arguments[0]

for number in [SIGILL, SIGTRAP, SIGBUS, SIGABRT, SIGALRM] {
    signal(number) { number in
        print(number == SIGALRM ? "case \(current) takes more than ten seconds" : "case \(current) traps")
        exit(1)
    }
}

@Sendable func run() throws {
    let fuzzer = try Fuzzer()
    for number in arguments[0]..<arguments[0] + arguments[1] {
        current = number
        alarm(10)
        if let fault = fuzzer.fault(of: number) {
            print("case \(number): \(fault)")
            exit(1)
        }
    }
    alarm(0)
    print("\(arguments[1]) cases: no fault.")
    exit(0)
}

// The stack that other threads than the first have on macOS.
let thread = Thread {
    do { try run() } catch {
        print("\(error)")
        exit(1)
    }
}
thread.stackSize = 512 << 10
thread.start()
while true { sleep(60) }
