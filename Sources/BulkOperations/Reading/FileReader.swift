// SPDX-License-Identifier: Apache-2.0
//
// A descriptor that is read: at once where bytes are ready, otherwise when they are.

import Dispatch
import Synchronization

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// An open file. It closes with its last reference if it was opened here.
final class FileReader: Sendable {
    private let descriptor: Int32
    private let name: String
    private let isOwned: Bool

    init(opening path: String) throws(RowError) {
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        name = String(reflecting: path)
        isOwned = true
        guard descriptor >= 0 else { throw .system("open", name) }
    }

    init(borrowing descriptor: Int32, name: String) {
        (self.descriptor, self.name, isOwned) = (descriptor, name, false)
    }

    deinit { if isOwned, descriptor >= 0 { close(descriptor) } }

    /// Some bytes; `nil` at the end of the file. It leaves the caller's actor, which a slow disk would hold up.
    @concurrent
    func read(_ count: Int) async throws -> [UInt8]? {
        while !isReady { try await becomeReady() }
        var failure: RowError?
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            do throws(RowError) {
                filled = try fill(UnsafeMutableRawBufferPointer(buffer))
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return bytes.isEmpty ? nil : bytes
    }

    private func fill(_ buffer: UnsafeMutableRawBufferPointer) throws(RowError) -> Int {
        while true {
            let count = systemRead(descriptor, buffer)
            if count >= 0 { return count }
            guard errno == EINTR else { throw .system("read", name) }
        }
    }

    /// Whether reading would return at once. A file always is, and so is what has ended or is broken.
    private var isReady: Bool {
        var state = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&state, 1, 0) != 0
    }

    private func becomeReady() async throws {
        let wait = ReadinessWait()
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { wait.begin(descriptor, $0) }
        } onCancel: {
            wait.end(.failure(CancellationError()))
        }
    }
}

private func systemRead(_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
    read(descriptor, buffer.baseAddress, buffer.count)
}

/// One wait for bytes, which either their arrival or a cancellation ends, whichever comes first.
private final class ReadinessWait: Sendable {
    private enum State {
        case idle
        case waiting(stop: @Sendable () -> Void, CheckedContinuation<Void, any Error>)
        case ended(Result<Void, any Error>)
    }

    private let state = Mutex(State.idle)

    func begin(_ descriptor: Int32, _ continuation: CheckedContinuation<Void, any Error>) {
        // Dispatch lets any thread cancel a source.
        nonisolated(unsafe) let source = DispatchSource.makeReadSource(fileDescriptor: descriptor)
        source.setEventHandler { self.end(.success(())) }
        let ended: Result<Void, any Error>? = state.withLock { state in
            if case .ended(let result) = state { return result }
            state = .waiting(stop: { source.cancel() }, continuation)
            return nil
        }
        source.activate()
        guard let ended else { return }
        source.cancel()
        continuation.resume(with: ended)
    }

    func end(_ result: Result<Void, any Error>) {
        let before = state.withLock { state in
            let before = state
            if case .ended = before {} else { state = .ended(result) }
            return before
        }
        guard case .waiting(let stop, let continuation) = before else { return }
        stop()
        continuation.resume(with: result)
    }
}

extension RowError {
    /// A system call that failed, with the thread's `errno`.
    static func system(_ action: String, _ name: String) -> Self {
        RowError(.file, "cannot \(action) \(name): \(String(cString: strerror(errno)))")
    }
}
