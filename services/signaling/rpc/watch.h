// WatchEvents: the log of events as a stream.
#pragma once

#include <memory>
#include <string>

#include "services/signaling/rpc/stream_writer.h"
#include "signaling/v1/rooms.pb.h"

namespace signaling {

using WatchWriter = StreamWriter<grpc::ServerWriteReactor<signaling::v1::WatchEventsResponse>,
                                 signaling::v1::WatchEventsResponse>;

std::shared_ptr<WatchWriter> MakeWatch(const StreamContext& context,
                                       grpc::CallbackServerContext* call,
                                       const std::string& cursor);

}  // namespace signaling
