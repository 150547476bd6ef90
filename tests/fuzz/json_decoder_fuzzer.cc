// libFuzzer target of the gateway's decoder. The corpus test runs the same function in every build.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "gateway/codec/decoder.h"
#include "gateway/codec/encoder.h"

namespace {

namespace v1 = signaling::v1;
using signaling::gateway::ClientMessage;
using signaling::gateway::DecodeFault;
using signaling::gateway::Decoder;
using signaling::gateway::EncodeEvent;
using signaling::gateway::EncodePong;
using signaling::gateway::MessageType;

void Require(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "violated: %s\n", what);
  std::abort();
}

// What goes out can be read, and says the same.
void CheckSignal(Decoder& decoder, v1::Signal signal) {
  signal.clear_to();
  if (signal.client_id().empty()) signal.set_client_id("sender");
  v1::DownFrame down;
  *down.mutable_signal() = signal;
  down.set_seq(1);
  std::string text;
  EncodeEvent(down, {}, text);
  ClientMessage message;
  v1::UpFrame up;
  DecodeFault fault;
  Require(decoder.Decode(text, &message, &up, &fault), "an encoded signal decodes");
  Require(up.signal().SerializeAsString() == signal.SerializeAsString(), "and is the same");
}

void CheckData(Decoder& decoder, const std::string& data) {
  v1::DownFrame down;
  down.mutable_app()->set_data(data);
  std::string text;
  EncodeEvent(down, {}, text);
  ClientMessage message;
  v1::UpFrame up;
  DecodeFault fault;
  Require(decoder.Decode(text, &message, &up, &fault), "an encoded message decodes");
  Require(up.app().data() == data, "data stays as it is");
}

void CheckPing(Decoder& decoder, const std::string& t) {
  std::string text;
  EncodePong(t, text);
  text.replace(text.find("pong"), 4, "ping");
  ClientMessage message;
  v1::UpFrame up;
  DecodeFault fault;
  Require(decoder.Decode(text, &message, &up, &fault), "an encoded pong is JSON");
  Require(message.ping_t == t, "t stays as it is");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Decoder decoder{Decoder::Limits()};
  ClientMessage message;
  v1::UpFrame frame;
  DecodeFault fault;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (!decoder.Decode(text, &message, &frame, &fault)) {
    Require(!fault.message.empty() && fault.message.size() <= 512, "a fault says what is wrong");
    Require(frame.body_case() == v1::UpFrame::BODY_NOT_SET, "a faulty message leaves no body");
    return 0;
  }
  Require(frame.ByteSizeLong() <= 3 * size, "a message does not grow beyond its escapes");
  if (frame.has_signal()) CheckSignal(decoder, frame.signal());
  if (frame.has_app()) CheckData(decoder, frame.app().data());
  if (message.type == MessageType::kPing) CheckPing(decoder, message.ping_t);
  return 0;
}
