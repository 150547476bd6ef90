// What is compiled in: the pages of gateway/pages, and the browser client that they use, below /client. Constant.
#pragma once

#include <span>
#include <string_view>

namespace signaling::gateway {

struct Page {
  std::string_view path;  // "/voice.js", "/client/index.js"; robot.html is "/robot", index.html "/"
  std::string_view media_type;
  std::string_view etag;  // quoted (RFC 9110, section 8.8.3)
  std::string_view body;
};

// Made by embed_pages.cmake.
std::span<const Page> Pages();

// Null where there is none.
const Page* FindPage(std::string_view path);

}  // namespace signaling::gateway
