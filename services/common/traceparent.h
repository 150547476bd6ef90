// The trace that a client's connection is part of: `traceparent` of W3C Trace Context (Recommendation of 2021, section
// 3.2). It is only carried into log lines; nothing here makes spans.
#pragma once

#include <string_view>

namespace signaling {

// What of `text` there is to carry, "00-<32 hex>-<16 hex>-<2 hex>"; empty where it is not well-formed and has to be ignored
// (section 3.2.4). What a later version appends is left out: nobody here knows what it is, and a client could write into it
// what must not be in a log.
std::string_view WellFormedTraceparent(std::string_view text);

}  // namespace signaling
