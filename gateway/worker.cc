#include "gateway/worker.h"

#include <boost/asio/post.hpp>
#include <utility>

#include "gateway/upgrade.h"
#include "gateway/ws/beast_socket.h"
#include "services/common/limits.h"
#include "services/common/log.h"

namespace signaling::gateway {
namespace {

constexpr std::chrono::milliseconds kTick{200};
constexpr std::chrono::milliseconds kDrainTick{10};

Decoder::Limits DecoderLimits(const Config& config) {
  return {.max_depth = config.max_json_depth,
          .max_metadata_bytes = kMaxMetadataBytes,
          .max_app_message_bytes = kMaxAppMessageBytes};
}

// As one line (RFC 9110, section 5.3).
std::string ForwardedFor(const HttpRequest& request) {
  std::string all;
  const auto [begin, end] = request.equal_range("X-Forwarded-For");
  for (auto line = begin; line != end; ++line) {
    if (!all.empty()) all += ',';
    all.append(line->value().data(), line->value().size());
  }
  return all;
}

}  // namespace

Worker::Worker(const Shared& shared)
    : shared_(shared),
      work_(io_.get_executor()),
      config_(shared.config),
      settings_(shared.settings),
      tick_timer_(io_),
      flusher_(io_),
      decoder_(DecoderLimits(shared.config)),
      links_(io_, shared.link,
             {.on_link_ready = [this] { OnLinkReady(); },
              .on_ready_change =
                  [this](bool ready) {
                    if (!ready) KeepTrouble();
                    ready_.store(ready);
                    usable_links_.store(links_.usable());
                    shared_.on_ready_change();
                  },
              .on_link_down = [this] { OnLinkDown(); }}),
      discovery_(io_, shared.service,
                 [this](const std::vector<std::string>& found) { links_.SetReplicas(found); }),
      sessions_{.settings = settings_,
                .links = links_,
                .admission = shared.admission,
                .addresses = shared.addresses,
                .probe = shared.probe,
                .clock = clock_,
                .decoder = decoder_},
      drain_(sessions_.sessions, {.timeout = shared.config.drain_timeout,
                                  .per_second = static_cast<double>(shared.config.drain_rate) /
                                                shared.config.io_threads}),
      http_{
          .clock = clock_,
          .timeout = shared.settings.handshake_timeout,
          .upgrade = [this](Accepted accepted,
                            const HttpRequest& request) { Upgrade(std::move(accepted), request); }},
      beat_(std::chrono::steady_clock::now().time_since_epoch().count()) {
  clock_.Set(std::chrono::steady_clock::now());
}

Worker::~Worker() = default;

void Worker::Start() {
  thread_ = std::thread([this] {
    discovery_.Start();
    RunTick();
    io_.run();
  });
}

void Worker::Join() {
  if (thread_.joinable()) thread_.join();
}

void Worker::OnLinkReady() {
  sessions_.sessions.ForEach([](Session& session) { session.OnLinkReady(); });
}

void Worker::OnLinkDown() {
  discovery_.Refresh();
  KeepTrouble();
}

void Worker::KeepTrouble() {
  std::string trouble = links_.trouble();
  MutexLock lock(trouble_mu_);
  trouble_ = std::move(trouble);
}

std::string Worker::trouble() const {
  MutexLock lock(trouble_mu_);
  return trouble_;
}

void Worker::Accept(Accepted accepted) {
  net::post(io_, [this, moved = std::move(accepted)]() mutable {
    if (sessions_.draining) return;
    if (shared_.certificate != nullptr) moved.socket.StartTls(*shared_.certificate->current());
    std::make_shared<HttpConnection>(http_, std::move(moved))->Start();
  });
}

void Worker::Reload(std::shared_ptr<const Config> next) {
  net::post(io_, [this, next = std::move(next)] {
    config_.allowed_origins = next->allowed_origins;
    config_.trusted_proxies = next->trusted_proxies;
    settings_.rate_limits = next->rate_limits;
  });
}

void Worker::Upgrade(Accepted accepted, const HttpRequest& request) {
  gateway::Upgrade upgrade = ReadUpgrade(request, config_);
  upgrade.accepted_at = accepted.at;
  upgrade.socket = std::move(accepted.place);
  beast::error_code ec;
  const IpAddress peer = accepted.socket.remote_endpoint(ec).address();
  if (ec) return;  // gone already
  upgrade.remote_address =
      ClientAddress(peer, ForwardedFor(request), config_.trusted_proxies).to_string();
  LimitConnections(&upgrade);
  RunWebSocket(std::move(accepted.socket), request, config_.max_message_bytes, flusher_,
               [this, &upgrade](Socket& socket) {
                 return std::make_unique<Session>(sessions_, socket, std::move(upgrade));
               });
}

void Worker::LimitConnections(gateway::Upgrade* upgrade) {
  // As of now: it may have asked for pages since it was accepted.
  const auto refused = shared_.addresses.OnConnection(
      AddressKey(upgrade->remote_address), std::chrono::steady_clock::now().time_since_epoch());
  if (!refused) return;
  shared_.probe.RateLimited(refused->limit);
  upgrade->refusal = RefusalOf(*refused);
}

void Worker::RunTick() {
  Tick();
  if (over_) return;
  tick_timer_.expires_after(sessions_.draining ? kDrainTick : kTick);
  tick_timer_.async_wait([this](beast::error_code ec) {
    // Cancelled only to go faster.
    if (!ec || ec == net::error::operation_aborted) RunTick();
  });
}

void Worker::Tick() {
  const Instant now = std::chrono::steady_clock::now();
  clock_.Set(now);
  beat_.store(now.time_since_epoch().count());
  discovery_.Tick(now);
  links_.Tick(now);
  std::size_t waiting_bytes = 0;
  sessions_.sessions.ForEach([&waiting_bytes](Session& session) {
    waiting_bytes += session.waiting_bytes();
    session.Tick();
  });
  waiting_bytes_.store(waiting_bytes);
  http_.connections.ForEach([](HttpConnection& connection) { connection.Tick(); });
  if (sessions_.draining) TickDrain();
  usable_links_.store(links_.usable());
  log::Flush();
}

void Worker::Drain() {
  net::post(io_, [this] {
    if (std::exchange(sessions_.draining, true)) return;
    clock_.Set(std::chrono::steady_clock::now());
    http_.connections.ForEach([](HttpConnection& connection) { connection.Drop(); });
    drain_.Begin(clock_.now());
    tick_timer_.cancel();
  });
}

void Worker::TickDrain() {
  drain_.Tick(clock_.now());
  if (sessions_.sessions.size() + http_.connections.size() > 0) return;
  discovery_.Stop();
  links_.Shutdown();
  if (!links_.over()) return;
  over_ = true;
  work_.reset();
}

}  // namespace signaling::gateway
