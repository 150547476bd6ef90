#include "services/signaling/rpc/call_metrics.h"

#include <array>
#include <atomic>
#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "prometheus/counter.h"
#include "prometheus/histogram.h"
#include "services/signaling/rpc/status.h"

namespace signaling {
namespace {

using Clock = std::chrono::steady_clock;

constexpr char kUnary[] = "unary";
constexpr char kServerStream[] = "server_stream";
constexpr char kBidiStream[] = "bidi_stream";
constexpr char kUnknown[] = "unknown";

// Of gRPC itself, and without descriptors that could be asked for.
constexpr std::array<std::array<const char*, 3>, 3> kOfGrpc = {
    {{kUnary, "grpc.health.v1.Health", "Check"},
     {kServerStream, "grpc.health.v1.Health", "Watch"},
     {kBidiStream, "grpc.reflection.v1alpha.ServerReflection", "ServerReflectionInfo"}}};

prometheus::Family<prometheus::Counter>& CounterFamily(prometheus::Registry& registry,
                                                       const char* name, const char* help) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(registry);
}

const char* TypeName(const google::protobuf::MethodDescriptor& method) {
  if (method.client_streaming()) return kBidiStream;
  return method.server_streaming() ? kServerStream : kUnary;
}

}  // namespace

class CallMetrics::Families {
 public:
  explicit Families(prometheus::Registry& registry)
      : started_(CounterFamily(registry, "grpc_server_started_total", "Calls that began.")),
        handled_(
            CounterFamily(registry, "grpc_server_handled_total", "Calls that ended, by code.")),
        received_(CounterFamily(registry, "grpc_server_msg_received_total",
                                "Messages of calls that came; of Multiplex, batches.")),
        sent_(CounterFamily(registry, "grpc_server_msg_sent_total",
                            "Messages of calls that went; of Multiplex, batches.")),
        seconds_(prometheus::BuildHistogram()
                     .Name("grpc_server_handling_seconds")
                     .Help("From a unary call's request to its status.")
                     .Register(registry)) {}

  std::unique_ptr<Method> Add(const char* type, const std::string& service,
                              const std::string& name);

 private:
  prometheus::Family<prometheus::Counter>& started_;
  prometheus::Family<prometheus::Counter>& handled_;
  prometheus::Family<prometheus::Counter>& received_;
  prometheus::Family<prometheus::Counter>& sent_;
  prometheus::Family<prometheus::Histogram>& seconds_;
};

struct CallMetrics::Method {
  void Ended(grpc::StatusCode code) {
    const auto index = static_cast<std::size_t>(code);
    std::atomic<prometheus::Counter*>& counter = handled[index < handled.size() ? index : 2];
    // Whoever comes first makes it; for all others the family has the same one.
    if (counter.load(std::memory_order_acquire) == nullptr) {
      prometheus::Labels of_code = labels;
      of_code.emplace("grpc_code", CodeName(code));
      counter.store(&handled_family.Add(of_code), std::memory_order_release);
    }
    counter.load(std::memory_order_acquire)->Increment();
  }

  const prometheus::Labels labels;
  prometheus::Counter& started;
  prometheus::Counter& received;
  prometheus::Counter& sent;
  prometheus::Family<prometheus::Counter>& handled_family;
  std::array<std::atomic<prometheus::Counter*>, kCodes> handled{};
  prometheus::Histogram* const seconds;  // null: of a stream, whose time says nothing
};

std::unique_ptr<CallMetrics::Method> CallMetrics::Families::Add(const char* type,
                                                                const std::string& service,
                                                                const std::string& name) {
  const prometheus::Labels labels = {
      {"grpc_type", type}, {"grpc_service", service}, {"grpc_method", name}};
  prometheus::Histogram* seconds = nullptr;
  if (type == kUnary) {
    seconds = &seconds_.Add(
        labels, prometheus::Histogram::BucketBoundaries{.0005, .001, .0025, .005, .01, .025, .05,
                                                        .1, .25, .5, 1, 2.5, 5, 10});
  }
  std::unique_ptr<Method> method(new Method{.labels = labels,
                                            .started = started_.Add(labels),
                                            .received = received_.Add(labels),
                                            .sent = sent_.Add(labels),
                                            .handled_family = handled_,
                                            .seconds = seconds});
  prometheus::Labels good = labels;
  good.emplace("grpc_code", CodeName(grpc::StatusCode::OK));
  method->handled[0] = &handled_.Add(good);
  return method;
}

// One call's. gRPC makes it when the call has come, and destroys it with the call.
class CallMetrics::Interceptor final : public grpc::experimental::Interceptor {
 public:
  explicit Interceptor(Method& method) : method_(method) { method_.started.Increment(); }
  // Without a status: gRPC ended it.
  ~Interceptor() override { End(grpc::StatusCode::UNKNOWN); }
  Interceptor(const Interceptor&) = delete;
  Interceptor& operator=(const Interceptor&) = delete;

  void Intercept(grpc::experimental::InterceptorBatchMethods* batch) override {
    using Point = grpc::experimental::InterceptionHookPoints;
    // At the end of a stream there is the point, but no message.
    if (batch->QueryInterceptionHookPoint(Point::POST_RECV_MESSAGE) &&
        batch->GetRecvMessage() != nullptr) {
      method_.received.Increment();
    }
    if (batch->QueryInterceptionHookPoint(Point::POST_SEND_MESSAGE) &&
        batch->GetSendMessageStatus()) {
      method_.sent.Increment();
    }
    if (batch->QueryInterceptionHookPoint(Point::PRE_SEND_STATUS)) {
      End(batch->GetSendStatus().error_code());
    }
    batch->Proceed();
  }

 private:
  void End(grpc::StatusCode code) {
    if (ended_.exchange(true)) return;
    method_.Ended(code);
    if (method_.seconds == nullptr) return;
    method_.seconds->Observe(std::chrono::duration<double>(Clock::now() - began_).count());
  }

  // Constant after construction.
  Method& method_;
  const Clock::time_point began_ = Clock::now();

  std::atomic<bool> ended_{false};
};

class CallMetrics::Interceptors final
    : public grpc::experimental::ServerInterceptorFactoryInterface {
 public:
  explicit Interceptors(CallMetrics& metrics) : metrics_(metrics) {}

  grpc::experimental::Interceptor* CreateServerInterceptor(
      grpc::experimental::ServerRpcInfo* info) override {
    return new Interceptor(metrics_.Find(info->method()));
  }

 private:
  CallMetrics& metrics_;
};

CallMetrics::CallMetrics(prometheus::Registry& registry)
    : families_(std::make_unique<Families>(registry)),
      // As gRPC takes it: it cannot know.
      unknown_(families_->Add(kBidiStream, kUnknown, kUnknown)) {
  AddService("signaling.v1.SignalingService");
  AddService("signaling.v1.RoomService");
  for (const auto& [type, service, name] : kOfGrpc) {
    methods_.emplace(absl::StrCat("/", service, "/", name), families_->Add(type, service, name));
  }
}

CallMetrics::~CallMetrics() = default;

void CallMetrics::AddService(const char* name) {
  const google::protobuf::ServiceDescriptor* service =
      google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(name);
  for (int i = 0; i < service->method_count(); ++i) {
    const google::protobuf::MethodDescriptor& method = *service->method(i);
    methods_.emplace(absl::StrCat("/", name, "/", method.name()),
                     families_->Add(TypeName(method), name, method.name()));
  }
}

CallMetrics::Method& CallMetrics::Find(const char* path) const {
  const auto found = methods_.find(path);
  return found == methods_.end() ? *unknown_ : *found->second;
}

std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>
CallMetrics::MakeInterceptors() {
  return std::make_unique<Interceptors>(*this);
}

}  // namespace signaling
