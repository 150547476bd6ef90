// One call of two peers without media through the whole path: gateway, service, and back. Not thread-safe; it blocks.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <optional>
#include <string>
#include <vector>

#include "services/signalctl/ws/advice.h"

namespace signaling::ctl {

struct CallOptions {
  Url url;
  boost::asio::ssl::context* tls = nullptr;
  std::string caller_token;  // empty: none
  std::string answerer_token;
  std::string room;  // empty: a fresh one
  Duration timeout = std::chrono::seconds(10);
  bool by_offer = false;  // by a stored offer; no room
  bool report = false;    // tell the service that it came about, as clients do
};

struct CallStep {
  std::string name;
  Duration took{};
};

struct CallResult {
  std::string traceparent;
  std::string room;             // or empty
  std::string offer_id;         // or empty
  std::vector<CallStep> steps;  // that went well
  Duration setup{};             // from the offer to the last candidate, both ways
  Duration total{};             // from the first socket to the last one's end
  // Nothing: the call came about.
  std::string failed_step;
  std::optional<Advice> failure;
};

CallResult MakeCall(const CallOptions& options);

}  // namespace signaling::ctl
