// What the links of a worker have in common. Access and probe have to outlive them.
#pragma once

#include <string>

#include "gateway/instant.h"
#include "gateway/link/service_access.h"
#include "gateway/probe.h"

namespace signaling::gateway {

struct LinkOptions {
  std::string gateway_id;
  Duration flush_interval{};
  const ServiceAccess& access;
  Probe& probe;
  // A service that asks clients for no token gets no sessions.
  bool refuses_open_service = false;
};

}  // namespace signaling::gateway
