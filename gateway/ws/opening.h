// How a client asks for a session: with the upgrade request, and on /v1 with its hello. Values, and functions without
// state.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/admission.h"
#include "gateway/codec/decoder.h"
#include "gateway/instant.h"
#include "services/common/address_limiter.h"
#include "services/common/reason.h"
#include "signaling/v1/signaling.pb.h"

namespace signaling::gateway {

// What the upgrade request said.
struct Upgrade {
  struct Refusal {
    Reason reason;
    std::string_view message;  // static
    Duration retry_after{};    // zero: that is not known
  };

  signaling::v1::SessionPath path = signaling::v1::SESSION_PATH_V1;
  std::string client_id{};  // of `/`
  std::string room{};       // of `/`
  bool room_is_default = false;
  std::string token{};  // of the headers or the query; empty: none
  std::string remote_address{};
  std::string traceparent{};  // well-formed; empty: none
  Instant accepted_at{};
  std::optional<Refusal> refusal{};
  Admission::Place socket{};
};

// To who comes from an address of which too much came.
Upgrade::Refusal RefusalOf(const AddressLimiter::Refusal& refused);

// What the service is asked for. A token of the hello goes before that of the upgrade. Moves out of both what it takes.
std::unique_ptr<signaling::v1::Open> MakeOpen(const std::string& session_id, Upgrade& upgrade,
                                              Hello& hello);

}  // namespace signaling::gateway
