#include "gateway/ws/flusher.h"

#include <boost/asio/post.hpp>
#include <utility>

namespace signaling::gateway {

void Flusher::Add(std::shared_ptr<Sender> sender) {
  if (waiting_.empty()) net::post(io_, [this] { Run(); });
  waiting_.push_back(std::move(sender));
}

void Flusher::Run() {
  running_.swap(waiting_);
  for (const auto& sender : running_) sender->Flush();
  running_.clear();
}

}  // namespace signaling::gateway
