#include "gateway/http/pages.h"

namespace signaling::gateway {

const Page* FindPage(std::string_view path) {
  for (const Page& page : Pages()) {
    if (page.path == path) return &page;
  }
  return nullptr;
}

}  // namespace signaling::gateway
