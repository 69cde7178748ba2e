// SPDX-License-Identifier: Apache-2.0
//
// How often a test does what it does many times.

/// So many times, or a tenth of it under the thread sanitizer, where everything takes ten times as long.
func repetitions(_ count: Int) -> Int {
    #if THREAD_SANITIZER
        count / 10
    #else
        count
    #endif
}
