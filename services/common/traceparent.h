// The trace that a client's connection is part of: `traceparent` of W3C Trace Context (Recommendation of 2021, section
// 3.2). It is only carried into log lines; nothing here makes spans.
#pragma once

#include <cstddef>
#include <string_view>

namespace signaling {

// "00-<32 hex>-<16 hex>-<2 hex>"; what a later version appends after a "-" is no more than makes this.
inline constexpr std::size_t kMaxTraceparentBytes = 128;

// Whether it is well-formed: version 00 exactly, a later one as far as this one knows it. One that is not has to be ignored
// (section 3.2.4). What it holds is visible ASCII.
bool IsTraceparent(std::string_view text);

}  // namespace signaling
