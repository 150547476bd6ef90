// What the links of a worker have in common. The access has to outlive them.
#pragma once

#include <string>

#include "gateway/instant.h"
#include "gateway/link/service_access.h"

namespace signaling::gateway {

struct LinkOptions {
  std::string gateway_id;
  Duration flush_interval{};
  const ServiceAccess& access;
  // A service that asks clients for no token gets no sessions.
  bool refuses_open_service = false;
};

}  // namespace signaling::gateway
