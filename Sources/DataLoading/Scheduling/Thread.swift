// SPDX-License-Identifier: Apache-2.0
//
// Which scope's jobs the current thread runs: known without asking the runtime, which takes ten times as long.

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

extension BatchingScope {
    /// Where a thread keeps its scope. Each scope has it as well, because a static variable is looked up with more calls.
    static let threadKey = {
        var key = pthread_key_t()
        let error = pthread_key_create(&key, nil)
        precondition(error == 0, "There is no room for one more thread-specific value (pthread_key_create: \(error)).")
        return key
    }()

    /// The scope whose job the current thread runs.
    static var ofCurrentThread: BatchingScope? {
        pthread_getspecific(threadKey).map { Unmanaged.fromOpaque($0).takeUnretainedValue() }
    }

    /// Whether a job of this scope runs on the current thread.
    @usableFromInline var isOnCurrentThread: Bool {
        pthread_getspecific(threadKey) == Unmanaged.passUnretained(self).toOpaque()
    }

    /// Says that the current thread runs this scope's jobs, until it says that it does not: before anybody else may.
    func beOnCurrentThread() {
        pthread_setspecific(threadKey, Unmanaged.passUnretained(self).toOpaque())
    }

    func leaveThread() {
        pthread_setspecific(threadKey, nil)
    }
}
