#include "gateway/ws/flush_queue.h"

#include <boost/asio/post.hpp>
#include <utility>

namespace signaling::gateway {

void FlushQueue::Add(std::shared_ptr<Sender> sender) {
  if (waiting_.empty()) net::post(io_, [this] { Run(); });
  waiting_.push_back(std::move(sender));
}

void FlushQueue::Run() {
  running_.swap(waiting_);
  for (const auto& sender : running_) sender->Flush();
  running_.clear();
}

}  // namespace signaling::gateway
