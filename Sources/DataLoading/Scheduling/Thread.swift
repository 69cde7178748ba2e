// SPDX-License-Identifier: Apache-2.0
//
// Which thread this is: a scope that runs on it is found without asking the runtime, which takes ten times as long.

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A number that no other thread has while this one lives; never 0.
///
/// For functions that are part of no asynchronous one. glibc tells compilers that this number never changes, so they ask
/// for it once in a function, also where a task has changed threads in between.
func currentThread() -> UInt {
    #if canImport(Darwin)
        UInt(bitPattern: pthread_self())
    #else
        UInt(pthread_self())
    #endif
}
