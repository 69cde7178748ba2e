// SPDX-License-Identifier: Apache-2.0
//
// The one lock of this module. `Mutex`, except under the thread sanitizer, which cannot see into the library that
// `Mutex` lives in on Linux and would report races that are none.

public import Synchronization

#if THREAD_SANITIZER
    #if canImport(Darwin)
        import Darwin
    #elseif canImport(Glibc)
        import Glibc
    #elseif canImport(Musl)
        import Musl
    #endif

    /// A pthread mutex around a state: slower than `Mutex`, and known to the thread sanitizer.
    @usableFromInline
    final class Lock<State>: @unchecked Sendable {  // Every access to the state is inside `withLock`.
        private var state: State
        private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)

        @usableFromInline
        init(_ state: State) {
            self.state = state
            pthread_mutex_init(mutex, nil)
        }

        deinit {
            pthread_mutex_destroy(mutex)
            mutex.deallocate()
        }

        @usableFromInline
        func withLock<Result, Failure: Error>(
            _ body: (inout State) throws(Failure) -> Result
        ) throws(Failure) -> Result {
            pthread_mutex_lock(mutex)
            defer { pthread_mutex_unlock(mutex) }
            return try body(&state)
        }
    }
#else
    /// A state that is reached by one thread at a time.
    @usableFromInline
    struct Lock<State: Sendable>: ~Copyable, Sendable {
        @usableFromInline let mutex: Mutex<State>

        @inlinable
        init(_ state: State) {
            mutex = Mutex(state)
        }

        @inlinable
        borrowing func withLock<Result: Sendable, Failure: Error>(
            _ body: (inout State) throws(Failure) -> Result
        ) throws(Failure) -> Result {
            try mutex.withLock { state throws(Failure) in try body(&state) }
        }
    }
#endif
