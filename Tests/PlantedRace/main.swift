// SPDX-License-Identifier: Apache-2.0
//
// A data race on purpose. Scripts/tsan fails unless the thread sanitizer reports it.

import Foundation

// The race needs a variable that the compiler does not protect.
nonisolated(unsafe) var shared = 0

@inline(never)
func plantedRace() {
    for _ in 0..<1_000 { shared += 1 }
}

// Threads and not tasks: on a machine with one core, tasks may take turns on one thread, which is no race.
let finished = DispatchSemaphore(value: 0)
for _ in 0..<2 {
    Thread {
        plantedRace()
        finished.signal()
    }.start()
}
for _ in 0..<2 { finished.wait() }
