// libFuzzer target of what a gateway may send: a batch of frames over the engine in memory, with clients that have tokens and
// clients that have none. The corpus test runs the same function in every build, on batches written as text.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "prometheus/registry.h"
#include "services/signaling/engine/memory/memory_engine.h"
#include "services/signaling/rpc/stream_sessions.h"
#include "tests/support/fake_authenticator.h"
#include "tests/support/fake_clock.h"

namespace {

using namespace signaling;

void Require(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "violated: %s\n", what);
  std::abort();
}

struct Owner final : Flushable {
  void Flush() override {}
};

// As a service goes on: frames, what they make of it, time, and the end of the stream.
void Run(const v1::UpBatch& batch, Authenticator& authenticator) {
  static prometheus::Registry registry;
  static Probe probe(registry);
  FakeClock clock;
  MemoryEngine engine(EngineOptions{}, clock);
  const IceServers ice_servers(IceServersOptions{}, clock);
  FlushQueue queue;
  const SessionsContext context{engine, authenticator, ice_servers, clock, {}, queue, probe};
  const auto owner = std::make_shared<Owner>();
  StreamSessions stream(context);
  stream.set_stream(owner);

  for (v1::UpFrame frame : batch.frames()) {
    const absl::Status status = stream.Handle(&frame);
    if (!status.ok()) Require(absl::IsInvalidArgument(status), "a breach of the contract");
    if (!status.ok()) break;
  }
  for (int second = 0; second < 3; ++second) {
    v1::DownBatch down;
    stream.Fill(64, &down);
    Require(down.frames_size() <= 64, "no more frames than asked for");
    for (const v1::DownFrame& frame : down.frames()) Require(frame.slot() != 0, "0 is nobody");
    clock.Advance(absl::Seconds(20));
    engine.Expire();
    stream.Tick();
  }
  stream.DetachAll(DetachCause::kBroken);
  clock.Advance(absl::Hours(24 * 40));
  engine.Expire();
  engine.Expire();
  const EngineStats stats = engine.Stats();
  Require(stats.sessions == 0 && stats.participants == 0 && stats.offers == 0,
          "nothing outlives its windows");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  v1::UpBatch batch;
  if (!batch.ParseFromArray(data, static_cast<int>(size))) return 0;
  OpenAuthenticator open;
  Run(batch, open);
  FakeAuthenticator tokens;
  Identity brief = FakeAuthenticator::Client("bob");
  brief.expires = FakeClock().Now() + absl::Seconds(10);
  brief.grants.Add(Grant::kModerate);
  tokens.Know("a", FakeAuthenticator::Client("ann"));
  tokens.Know("b", brief);
  Run(batch, tokens);
  return 0;
}
