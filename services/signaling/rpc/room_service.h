// RoomService: the back office over gRPC.
#pragma once

#include <memory>

#include "services/signaling/rpc/stream_writer.h"
#include "signaling/v1/rooms.grpc.pb.h"

namespace signaling {

// `context` has to outlive the service.
std::unique_ptr<signaling::v1::RoomService::CallbackService> MakeRoomService(
    const StreamContext& context);

}  // namespace signaling
