// Multiplex: many sessions on one stream, for gateways.
#pragma once

#include <memory>

#include "services/signaling/rpc/stream_reactor.h"

namespace signaling {

std::shared_ptr<StreamReactor<signaling::v1::MultiplexRequest, signaling::v1::MultiplexResponse>>
MakeMultiplex(const StreamContext& context, grpc::CallbackServerContext* call);

}  // namespace signaling
