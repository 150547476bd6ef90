// A signaling service whose rules are an echo: every session is let in, every message comes back to its sender as an
// event, and is acknowledged with it. Sessions outlive their streams, and can be attached to another one. Thread-safe;
// owned by the test.
#pragma once

#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "services/common/mutex.h"
#include "signaling/v1/signaling.grpc.pb.h"

namespace signaling::gateway {

class FakeService final : public signaling::v1::SignalingService::Service {
 public:
  // Port 0: any.
  explicit FakeService(int port = 0, const std::shared_ptr<grpc::ServerCredentials>& credentials =
                                         grpc::InsecureServerCredentials());
  ~FakeService() override;

  int port() const { return port_; }
  std::string address() const;
  // Each message comes back so many times. A moderator's kick or close_room ends its own session.
  void set_echoes(int echoes);
  // New streams are ended instead of greeted.
  void set_refuses(bool refuses);
  // New streams are ended with this status; OK: they are not.
  void set_refusal(const grpc::Status& refusal);
  // Says that clients need tokens.
  void set_authenticates(bool authenticates);
  // New streams are left without a greeting.
  void set_is_silent(bool is_silent);
  // No token of an opening is good.
  void set_knows_nobody(bool knows_nobody);

  // Tells all streams that they end; then ends none.
  void GoAway(absl::Duration deadline);
  // Ends all streams in the middle of what they do.
  void BreakStreams();

  // Each waits; what is returned where nothing comes, with a failure, is in parentheses.
  // The cause of the next session that was detached (UNSPECIFIED).
  signaling::v1::Detach::Cause WaitForDetach();
  // The next round trip that was measured (zero).
  absl::Duration WaitForRoundTrip();
  // The next token that came with open or refresh; an open without one is none (empty).
  std::string WaitForToken();
  // Whether the next stream that ended was ended by the gateway, not broken (false).
  bool WaitForEnd();

  // Streams that are open.
  std::size_t streams() const;
  // Streams that have come in all, refused ones too.
  int attempts() const;
  // What the last of them showed; empty: nothing.
  std::string authorization() const;
  // Sessions that a stream holds.
  std::size_t held() const;
  // How many times a session was attached to another stream.
  int attached() const;

 private:
  using Writer =
      grpc::ServerReaderWriter<signaling::v1::MultiplexResponse, signaling::v1::MultiplexRequest>;

  struct Session;
  struct Link {
    grpc::ServerContext* context;
    Writer* writer;
    std::map<std::uint32_t, Session*> slots;
  };
  struct Session {
    std::string id;
    std::uint64_t last_id = 0;
    std::uint64_t last_seq = 0;
    std::deque<signaling::v1::DownFrame> events;  // not acknowledged
    Link* link = nullptr;
    std::uint32_t slot = 0;
  };

  grpc::Status Multiplex(grpc::ServerContext* context, Writer* stream) override;
  // The oldest of `queue`, waited for; where none comes, a failure that says what was missed.
  template <class T>
  T TakeNext(std::deque<T>& queue, const char* what) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  void Handle(const signaling::v1::UpFrame& frame, Link& link) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void NoteToken(const std::string& token) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void Open(const signaling::v1::UpFrame& frame, Link& link) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void Attach(const signaling::v1::UpFrame& frame, Link& link) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void Bind(Session& session, Link& link, std::uint32_t slot) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void Echo(const signaling::v1::UpFrame& frame, Session& session)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // The last frame of its slot.
  void Close(Link& link, std::uint32_t slot, const signaling::v1::Closed& closed)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  static void Send(const Link& link, const signaling::v1::DownFrame& frame);

  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;

  mutable Mutex mu_;  // held also while a stream is written to: its readers are never waited for
  std::condition_variable_any changed_;
  int echoes_ ABSL_GUARDED_BY(mu_) = 1;
  bool refuses_ ABSL_GUARDED_BY(mu_) = false;
  bool authenticates_ ABSL_GUARDED_BY(mu_) = false;
  grpc::Status refusal_ ABSL_GUARDED_BY(mu_);
  std::string authorization_ ABSL_GUARDED_BY(mu_);
  bool is_silent_ ABSL_GUARDED_BY(mu_) = false;
  bool knows_nobody_ ABSL_GUARDED_BY(mu_) = false;
  int attempts_ ABSL_GUARDED_BY(mu_) = 0;
  int attached_ ABSL_GUARDED_BY(mu_) = 0;
  std::vector<Link*> links_ ABSL_GUARDED_BY(mu_);
  std::map<std::string, Session> sessions_ ABSL_GUARDED_BY(mu_);
  std::deque<bool> ends_ ABSL_GUARDED_BY(mu_);
  std::deque<signaling::v1::Detach::Cause> detached_ ABSL_GUARDED_BY(mu_);
  std::deque<std::string> tokens_ ABSL_GUARDED_BY(mu_);
  std::deque<absl::Duration> round_trips_ ABSL_GUARDED_BY(mu_);
};

}  // namespace signaling::gateway
