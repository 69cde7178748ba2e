// SPDX-License-Identifier: Apache-2.0
//
// What the C library does with memory that is freed: for large bodies it decides more than any client does.

import CurlFloor

/// How much freed memory this process keeps for the next body. Floor and transport run under the same settings.
enum HeapSettings: Sendable {
    /// What a server that moves large bodies sets: `MALLOC_TRIM_THRESHOLD_=268435456 MALLOC_MMAP_THRESHOLD_=33554432`.
    case keeping
    /// What glibc comes to by itself after a few bodies of 1 MB: it maps what is larger than one, and returns what is
    /// free at the end of its heap from 2 MB on. The system gives it back a page at a time.
    case trimming

    /// Other C libraries have no such settings; nothing happens then.
    func apply() {
        switch self {
        case .keeping: curl_floor_set_heap(256 << 20, 32 << 20)
        case .trimming: curl_floor_set_heap(2 << 20, (1 << 20) + 4_096)
        }
    }
}
