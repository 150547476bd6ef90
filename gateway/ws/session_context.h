// What the sessions of a worker share. Not thread-safe; owned by the worker, outlives its sessions.
#pragma once

#include <string>

#include "gateway/admission.h"
#include "gateway/codec/decoder.h"
#include "gateway/codec/encoder.h"
#include "gateway/instant.h"
#include "gateway/link/link.h"
#include "gateway/probe.h"
#include "gateway/registry.h"
#include "services/common/address_limiter.h"
#include "services/common/rate_limits.h"

namespace signaling::gateway {

class Session;

struct SessionSettings {
  ConnectedInfo connected;
  Duration timeout{};
  Duration handshake_timeout{};
  RateLimits rate_limits{};
};

// The last members are room to work in, filled anew for each message.
struct SessionContext {
  const SessionSettings& settings;
  Links& links;
  Admission& admission;
  AddressLimiter& addresses;
  Probe& probe;
  const TickClock& clock;
  Decoder& decoder;
  Registry<Session> sessions{};
  bool draining = false;

  ClientMessage message{};
  DecodeFault fault{};
  signaling::v1::UpFrame frame{};  // where nothing is to be sent
  std::string text{};
};

}  // namespace signaling::gateway
