// SPDX-License-Identifier: Apache-2.0
//
// Makes the header a target: everything in it is inline.

#include "CCurl.h"
