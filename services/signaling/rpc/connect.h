// Connect: one session on a stream of its own, for back ends and native clients.
#pragma once

#include <memory>

#include "services/signaling/rpc/stream_reactor.h"

namespace signaling {

std::shared_ptr<StreamReactor<signaling::v1::ConnectRequest, signaling::v1::ConnectResponse>>
MakeConnect(const StreamContext& context, grpc::CallbackServerContext* call);

}  // namespace signaling
