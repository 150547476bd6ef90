// Text that others wrote, made fit for a terminal.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace signaling::ctl {

// UTF-8 in which what could steer a terminal or turn the line around is written as JSON writes it (\u001b): control characters
// (C0, DEL, C1), marks of direction, line separators; bytes that are no UTF-8 are U+FFFD.
std::string Printable(std::string_view text);

bool IsUtf8(std::string_view text);

// `text` with U+FFFD for what is no UTF-8, as JSON and proto3 need it, and cut (which two dots say) behind `max_bytes`: what a
// server that is none of ours says may be long.
std::string Utf8(std::string_view text, std::size_t max_bytes);

// How many columns a terminal gives to printable text: none to combining marks, two to wide characters (Unicode's UAX #11).
std::size_t Columns(std::string_view text);

}  // namespace signaling::ctl
