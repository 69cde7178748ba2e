// SPDX-License-Identifier: Apache-2.0
//
// The file of a journal: appended to, flushed, read back.

internal import Dispatch
internal import Synchronization

#if canImport(Darwin)
    internal import Darwin
#elseif canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// A file that only grows. Appends that come together are flushed together.
final class JournalFile: Sendable {
    private struct State {
        var bytes: [UInt8] = []
        var waiters: [CheckedContinuation<Void, any Error>] = []
        var isScheduled = false
        var failure: BulkError?
    }

    let path: String
    private let descriptor: Int32
    private let state = Mutex(State())
    /// Flushing waits for the disk: not on a thread of tasks.
    private let queue = DispatchQueue(label: "BulkOperations journal")

    /// Opens a file, or makes one, for this process alone.
    ///
    /// - Throws: ``BulkError`` with ``BulkError/Code/journalFailed``, or with ``BulkError/Code/journalRefused`` if another
    ///   run has it open.
    init(path: String) throws(BulkError) {
        self.path = path
        descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .journal(path, "cannot be opened") }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw BulkError(
                .journalRefused,
                "The journal '\(path)' is in use by another run; wait for its end or give this run another file.",
                offender: path
            )
        }
    }

    deinit { closeDescriptor(descriptor) }

    /// Hands over the file, piece by piece from its start.
    func read(_ take: ([UInt8]) throws(BulkError) -> Void) throws(BulkError) {
        var offset = 0
        while true {
            var piece = [UInt8](repeating: 0, count: 1 << 18)
            let count = pread(descriptor, &piece, piece.count, off_t(offset))
            guard count >= 0 else { throw .journal(path, "cannot be read") }
            guard count > 0 else { return }
            offset += count
            try take(Array(piece.prefix(count)))
        }
    }

    /// Some bytes from a place in the file.
    func bytes(in range: Range<Int>) throws(BulkError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: range.count)
        guard pread(descriptor, &bytes, bytes.count, off_t(range.lowerBound)) == bytes.count else {
            throw .journal(path, "cannot be read")
        }
        return bytes
    }

    /// Cuts off what is behind a place.
    func truncate(to size: Int) throws(BulkError) {
        guard ftruncate(descriptor, off_t(size)) == 0, fsync(descriptor) == 0 else {
            throw .journal(path, "cannot be cut where its last record is torn")
        }
    }

    /// Returns when the bytes are on the disk.
    ///
    /// - Throws: ``BulkError`` with ``BulkError/Code/journalFailed``; nothing can be appended after that.
    func append(_ bytes: [UInt8]) async throws {
        try await withCheckedThrowingContinuation { continuation in
            let (failure, mustSchedule) = state.withLock { state -> (BulkError?, Bool) in
                if let failure = state.failure { return (failure, false) }
                state.bytes += bytes
                state.waiters.append(continuation)
                defer { state.isScheduled = true }
                return (nil, !state.isScheduled)
            }
            if let failure { continuation.resume(throwing: failure) }
            if mustSchedule { queue.async { self.flush() } }
        }
    }

    /// Lets other runs have the file, when what was handed over is on the disk. Nothing can be appended after that.
    func close() async {
        await withCheckedContinuation { continuation in
            queue.async { [self] in
                let closed = BulkError(
                    .journalFailed,
                    "The journal '\(path)' is closed: its run is over.",
                    offender: path
                )
                state.withLock { $0.failure = $0.failure ?? closed }
                _ = flock(descriptor, LOCK_UN)
                continuation.resume()
            }
        }
    }

    private func flush() {
        let (bytes, waiters, earlier) = state.withLock { state in
            defer { state = State(failure: state.failure) }
            return (state.bytes, state.waiters, state.failure)
        }
        let failure = earlier ?? write(bytes)
        if let failure { state.withLock { $0.failure = failure } }
        for waiter in waiters {
            if let failure { waiter.resume(throwing: failure) } else { waiter.resume() }
        }
    }

    private func write(_ bytes: [UInt8]) -> BulkError? {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { buffer in
                #if canImport(Darwin)
                    Darwin.write(descriptor, buffer.baseAddress, buffer.count)
                #elseif canImport(Glibc)
                    Glibc.write(descriptor, buffer.baseAddress, buffer.count)
                #else
                    Musl.write(descriptor, buffer.baseAddress, buffer.count)
                #endif
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return .journal(path, "cannot be written") }
            rest = rest.dropFirst(count)
        }
        return fsync(descriptor) == 0 ? nil : .journal(path, "cannot be flushed")
    }
}

extension BulkError {
    fileprivate static func journal(_ path: String, _ fault: String) -> Self {
        Self(.journalFailed, "The journal '\(path)' \(fault): \(String(cString: strerror(errno))).", offender: path)
    }
}

/// The system's `close`, by a name that is not taken.
private func closeDescriptor(_ descriptor: Int32) {
    close(descriptor)
}
