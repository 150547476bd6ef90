// One thread, and all that runs on it: the loop, a link to the service, and the sockets that the listener hands over.
// Workers share nothing but counts. Owned by the gateway.
#pragma once

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <functional>
#include <memory>
#include <thread>

#include "gateway/admission.h"
#include "gateway/codec/decoder.h"
#include "gateway/config.h"
#include "gateway/http/connection.h"
#include "gateway/instant.h"
#include "gateway/link/grpc_link.h"
#include "gateway/net.h"
#include "gateway/probe.h"
#include "gateway/ws/flusher.h"
#include "gateway/ws/session.h"

namespace signaling::gateway {

class Worker {
 public:
  // What the workers share; outlives them.
  struct Shared {
    const Config& config;
    const SessionSettings& settings;
    Admission& admission;
    Probe& probe;
    std::string gateway_id;
    std::function<void()> on_ready_change;  // called on the workers' threads
  };

  explicit Worker(const Shared& shared);
  // After Start only when Join has returned.
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  void Start();

  // Thread-safe:
  IoContext& io() { return io_; }
  void Accept(Accepted accepted);
  // Tells every session that the gateway goes away, waits for them and ends the thread.
  void Drain();
  void Join();
  bool ready() const { return ready_.load(); }
  // When the loop last went round.
  Instant beat() const { return Instant(Duration(beat_.load())); }

 private:
  void RunTick();
  void Tick();
  void TickDrain();
  void Upgrade(Accepted accepted, const HttpRequest& request);

  // Constant after construction.
  const Shared& shared_;

  IoContext io_{1};
  net::executor_work_guard<IoContext::executor_type> work_;
  TickClock clock_;
  Timer tick_timer_;
  Flusher flusher_;
  Decoder decoder_;
  GrpcLink link_;
  SessionContext sessions_;
  HttpContext http_;
  Instant drain_deadline_{};
  bool link_ends_ = false;
  bool over_ = false;
  std::atomic<bool> ready_{false};
  std::atomic<Duration::rep> beat_;
  std::thread thread_;
};

}  // namespace signaling::gateway
