// The end of all streams: sessions are sent away one after the other, and what is left is ended at the deadline.
#pragma once

#include "absl/time/time.h"
#include "services/signaling/rpc/flush_queue.h"
#include "services/signaling/rpc/stream_registry.h"

namespace signaling {

// Takes no new streams and drains those there are (DrainPace); returns when none is left or `timeout` is over.
void DrainStreams(StreamRegistry& streams, FlushQueue& queue, absl::Duration timeout,
                  double sessions_per_second);

// Takes no new streams and ends all there are; returns when they are gone or `patience` is over.
void EndStreams(StreamRegistry& streams, absl::Duration patience);

}  // namespace signaling
