// A signaling service whose rules are an echo: every session is let in, every message comes back to its sender as an
// event, and is acknowledged with it. Thread-safe; owned by the test.
#pragma once

#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>

#include "absl/time/time.h"
#include "services/common/mutex.h"
#include "signaling/v1/signaling.grpc.pb.h"

namespace signaling::gateway {

class FakeService final : public signaling::v1::SignalingService::Service {
 public:
  // Port 0: any.
  explicit FakeService(int port = 0);
  ~FakeService() override;

  int port() const { return port_; }
  // Each message comes back so many times. A moderator's kick or close_room ends its own session.
  void set_echoes(int echoes);
  // The cause of the next session that was detached; waits for it. UNSPECIFIED, and a failure, where none comes.
  signaling::v1::Detach::Cause WaitForDetach();

  // The next round trip that was measured; waits for it. Zero, and a failure, where none comes.
  absl::Duration WaitForRoundTrip();

 private:
  using Streams =
      grpc::ServerReaderWriter<signaling::v1::MultiplexResponse, signaling::v1::MultiplexRequest>;

  grpc::Status Multiplex(grpc::ServerContext* context, Streams* stream) override;
  // The oldest of `queue`, waited for; where none comes, a failure that says what was missed.
  template <class T>
  T TakeNext(std::deque<T>& queue, const char* what) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void Answer(const signaling::v1::UpFrame& frame, std::map<std::uint32_t, std::uint64_t>& seqs,
              Streams* stream);

  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;

  Mutex mu_;
  std::condition_variable_any changed_;
  int echoes_ ABSL_GUARDED_BY(mu_) = 1;
  std::deque<signaling::v1::Detach::Cause> detached_ ABSL_GUARDED_BY(mu_);
  std::deque<absl::Duration> round_trips_ ABSL_GUARDED_BY(mu_);
};

}  // namespace signaling::gateway
