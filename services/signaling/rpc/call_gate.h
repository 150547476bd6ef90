// The door of gRPC: who makes a call, and whether it may.
#pragma once

#include <grpcpp/server_context.h>

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "services/signaling/auth/authenticator.h"
#include "services/signaling/auth/peer_names.h"
#include "services/signaling/rpc/call_limits.h"

namespace signaling {

// The token of `authorization: Bearer` (RFC 6750, section 2.1); empty where there is none.
std::string BearerToken(const grpc::CallbackServerContext& call);

// `traceparent` of the call's metadata; empty where there is none that is well-formed.
std::string Traceparent(const grpc::CallbackServerContext& call);

// Who it was that CallGate refused with this status, where that is known.
std::string RefusedCaller(const absl::Status& refusal);

// Thread-safe. The authenticator and the limits have to outlive it, and every call that it was asked about.
class CallGate {
 public:
  // Of core/access.h.
  using Rule = absl::Status (*)(const Identity&);

  // `certificates`: clients are asked for theirs.
  CallGate(Authenticator& authenticator, CallLimits& limits, PeerPolicy policy, bool certificates)
      : authenticator_(authenticator),
        limits_(limits),
        policy_(std::move(policy)),
        certificates_(certificates) {}

  // A certificate whose names are granted it suffices; else the token has to grant it. UNAUTHENTICATED: neither says who
  // calls. RATE_LIMITED: too many of this address were not good. `done` is called exactly once, maybe later and from another thread, by when the call may be over.
  void Admit(const grpc::CallbackServerContext& call, Rule rule, Authenticator::Done done) const;

 private:
  // Constant after construction.
  Authenticator& authenticator_;
  CallLimits& limits_;
  const PeerPolicy policy_;
  const bool certificates_;
};

}  // namespace signaling
