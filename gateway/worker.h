// One thread, and all that runs on it: the loop, links to the replicas of the service, and the sockets that the listener
// hands over. Workers share nothing but counts. Owned by the gateway.
#pragma once

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "gateway/admission.h"
#include "gateway/codec/decoder.h"
#include "gateway/config.h"
#include "gateway/http/connection.h"
#include "gateway/instant.h"
#include "gateway/link/discovery.h"
#include "gateway/link/link_set.h"
#include "gateway/net.h"
#include "gateway/probe.h"
#include "gateway/session_drain.h"
#include "gateway/tls/certificate.h"
#include "gateway/ws/flusher.h"
#include "gateway/ws/session.h"
#include "services/common/address_limiter.h"
#include "services/common/mutex.h"

namespace signaling::gateway {

class Worker {
 public:
  // What the workers share; outlives them.
  struct Shared {
    const Config& config;
    const ServiceTarget& service;
    const SessionSettings& settings;
    Admission& admission;
    AddressLimiter& addresses;
    Probe& probe;
    const LinkOptions& link;
    std::function<void()> on_ready_change;        // called on the workers' threads
    const TlsCertificate* certificate = nullptr;  // none: without TLS; set before the workers start
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
  // Takes what of it reloads, for sessions that there are too.
  void Reload(std::shared_ptr<const Config> next);
  // Tells the sessions at their pace that the gateway goes away, waits for them, and ends the thread.
  void Drain();
  void Join();
  // How the drain went; when Join has returned.
  const SessionDrain& drain() const { return drain_; }
  bool ready() const { return ready_.load(); }
  // Why it is not ready, in words; empty: nothing has failed so far.
  std::string trouble() const ABSL_LOCKS_EXCLUDED(trouble_mu_);
  // As of the newest tick: what waits for all its clients,
  std::size_t waiting_bytes() const { return waiting_bytes_.load(); }
  // and how many links take sessions.
  std::size_t links() const { return usable_links_.load(); }
  // When the loop last went round.
  Instant beat() const { return Instant(Duration(beat_.load())); }

 private:
  void RunTick();
  void Tick();
  void TickDrain();
  void OnLinkReady();
  void OnLinkDown() ABSL_LOCKS_EXCLUDED(trouble_mu_);
  void KeepTrouble() ABSL_LOCKS_EXCLUDED(trouble_mu_);
  void Upgrade(Accepted accepted, const HttpRequest& request);
  // An address that connects too often is told so, and nothing else is done for it.
  void LimitConnections(gateway::Upgrade* upgrade);

  // Constant after construction.
  const Shared& shared_;

  IoContext io_{1};
  net::executor_work_guard<IoContext::executor_type> work_;
  Config config_;  // what of it reloads changes
  SessionSettings settings_;
  TickClock clock_;
  Timer tick_timer_;
  Flusher flusher_;
  Decoder decoder_;
  LinkSet links_;
  Discovery discovery_;
  SessionContext sessions_;
  SessionDrain drain_;
  HttpContext http_;
  bool over_ = false;
  std::atomic<std::size_t> waiting_bytes_{0};
  std::atomic<std::size_t> usable_links_{0};
  std::atomic<bool> ready_{false};
  mutable Mutex trouble_mu_;
  std::string trouble_ ABSL_GUARDED_BY(trouble_mu_);
  std::atomic<Duration::rep> beat_;
  std::thread thread_;
};

}  // namespace signaling::gateway
