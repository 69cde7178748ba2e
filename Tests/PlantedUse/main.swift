// SPDX-License-Identifier: Apache-2.0
//
// Memory used after it was freed, on purpose. Scripts/asan fails unless the address sanitizer reports it.

@inline(never)
func plantedUse(of memory: UnsafeMutablePointer<Int>) -> Int { memory[0] }

let memory = UnsafeMutablePointer<Int>.allocate(capacity: 1)
memory.initialize(to: 1)
memory.deallocate()
print(plantedUse(of: memory))
