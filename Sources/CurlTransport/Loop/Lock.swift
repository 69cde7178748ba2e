// SPDX-License-Identifier: Apache-2.0
//
// The one lock of this module. `Mutex`, except under the thread sanitizer, which cannot see into the library that
// `Mutex` lives in on Linux and would report races that are none.

import Synchronization

#if THREAD_SANITIZER
    #if canImport(Darwin)
        import Darwin
    #elseif canImport(Glibc)
        import Glibc
    #elseif canImport(Musl)
        import Musl
    #endif

    /// A pthread mutex around a state: slower than `Mutex`, and known to the thread sanitizer.
    @safe final class Lock<State>: @unchecked Sendable {  // Every access to the state is inside `withLock`.
        private var state: State
        private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)

        init(_ state: State) {
            self.state = state
            unsafe pthread_mutex_init(mutex, nil)
        }

        deinit {
            unsafe pthread_mutex_destroy(mutex)
            unsafe mutex.deallocate()
        }

        func withLock<Result, Failure: Error>(
            _ body: (inout State) throws(Failure) -> Result
        ) throws(Failure) -> Result {
            unsafe pthread_mutex_lock(mutex)
            defer { unsafe pthread_mutex_unlock(mutex) }
            return try body(&state)
        }
    }
#else
    /// A state that is reached by one thread at a time.
    struct Lock<State: Sendable>: ~Copyable, Sendable {
        private let mutex: Mutex<State>

        init(_ state: State) {
            mutex = Mutex(state)
        }

        borrowing func withLock<Result: Sendable, Failure: Error>(
            _ body: (inout State) throws(Failure) -> Result
        ) throws(Failure) -> Result {
            try mutex.withLock { state throws(Failure) in try body(&state) }
        }
    }
#endif
