// Lists whole, page after page.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>

#include "absl/status/statusor.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "services/signalctl/office.h"

namespace signaling::ctl {

inline constexpr std::uint32_t kMaxPage = 1000;  // rooms.proto

// At most `limit` items; 0: all. `items` gives those of a response.
template <typename Request, typename Response, typename Item>
absl::StatusOr<google::protobuf::RepeatedPtrField<Item>> ListAll(
    Office& office, Request request, std::uint32_t limit,
    google::protobuf::RepeatedPtrField<Item>* (Response::*items)()) {
  google::protobuf::RepeatedPtrField<Item> all;
  do {
    const auto have = static_cast<std::uint32_t>(all.size());
    request.set_page_size(
        static_cast<std::int32_t>(limit == 0 ? kMaxPage : std::min(kMaxPage, limit - have)));
    absl::StatusOr<Response> response = office.Call(request);
    if (!response.ok()) return response.status();
    for (Item& item : *((*response).*items)()) *all.Add() = std::move(item);
    request.set_page_token(response->next_page_token());
  } while (!request.page_token().empty() &&
           (limit == 0 || static_cast<std::uint32_t>(all.size()) < limit));
  return all;
}

}  // namespace signaling::ctl
