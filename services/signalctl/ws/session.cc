#include "services/signalctl/ws/session.h"

#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cstdlib>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace signaling::ctl {
namespace {

namespace json = boost::json;

// The protocol asks for one within 64 events, 64 KiB and a second.
constexpr std::uint64_t kEventsPerAck = 32;
constexpr std::size_t kBytesPerAck = std::size_t{32} * 1024;
constexpr std::chrono::milliseconds kAckDelay{400};

std::string RandomHex(std::size_t bytes) {
  std::string random(bytes, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(random.data()), static_cast<int>(bytes)) != 1) {
    std::abort();
  }
  return absl::BytesToHexString(random);
}

}  // namespace

std::string NewTraceparent() {
  return absl::StrCat("00-", RandomHex(16), "-", RandomHex(8), "-01");
}

std::string TextOf(const json::object& message, std::string_view name) {
  const json::value* value = message.if_contains({name.data(), name.size()});
  if (value == nullptr || !value->is_string()) return "";
  return {value->get_string().data(), value->get_string().size()};
}

std::int64_t NumberOf(const json::object& message, std::string_view name) {
  const json::value* value = message.if_contains({name.data(), name.size()});
  return value != nullptr && value->is_int64() ? value->get_int64() : 0;
}

Session::Session(boost::asio::io_context& io, Socket::Options options, Listener& listener,
                 std::uint64_t last_seq, std::uint64_t last_id)
    : listener_(listener),
      ack_timer_(io),
      last_seq_(last_seq),
      told_seq_(last_seq),
      last_id_(last_id),
      acknowledged_(last_id),
      socket_(io, std::move(options), trace_, *this) {}

void Session::Send(json::object message) {
  if (told_seq_ != last_seq_) {
    message["ack"] = last_seq_;
    told_seq_ = last_seq_;
    untold_bytes_ = 0;
    ack_timer_.cancel();
  }
  socket_.Send(json::serialize(message));
}

std::uint64_t Session::SendNumbered(json::object message) {
  message["id"] = ++last_id_;
  Send(std::move(message));
  return last_id_;
}

void Session::OnText(std::string_view text) {
  json::error_code ec;
  const json::value parsed = json::parse({text.data(), text.size()}, ec);
  if (ec || !parsed.is_object()) return Malformed("a message that is no JSON object");
  const json::object& message = parsed.get_object();
  const std::string type = TextOf(message, "type");
  if (type.empty()) return Malformed("a message without a type");
  if (!TakeNumbers(message, text.size())) return;
  if (type == "ack") {
    if (Acknowledges(static_cast<std::uint64_t>(NumberOf(message, "id")))) {
      listener_.OnAcknowledged();
    }
    return;
  }
  message_bytes_ = text.size();
  listener_.OnMessage(message);
}

bool Session::Acknowledges(std::uint64_t id) {
  if (id > last_id_) {
    Malformed(absl::StrCat("an acknowledgement of ", id, ", but ", last_id_,
                           " was the last that was sent"));
    return false;
  }
  acknowledged_ = std::max(acknowledged_, id);
  return true;
}

bool Session::TakeNumbers(const json::object& message, std::size_t bytes) {
  const std::uint64_t before = acknowledged_;
  if (!Acknowledges(static_cast<std::uint64_t>(NumberOf(message, "ack")))) return false;
  if (acknowledged_ != before) listener_.OnAcknowledged();
  if (message.if_contains("seq") == nullptr) return true;
  const auto seq = static_cast<std::uint64_t>(NumberOf(message, "seq"));
  if (seq != last_seq_ + 1) {
    Malformed(absl::StrCat("event ", seq, " after event ", last_seq_));
    return false;
  }
  last_seq_ = seq;
  untold_bytes_ += bytes;
  if (last_seq_ - told_seq_ >= kEventsPerAck || untold_bytes_ >= kBytesPerAck) {
    Acknowledge();
  } else if (last_seq_ - told_seq_ == 1) {
    ack_timer_.expires_after(kAckDelay);
    ack_timer_.async_wait([self = std::weak_ptr(self_)](boost::system::error_code ec) {
      const auto alive = self.lock();
      if (!ec && alive) (*alive)->Acknowledge();
    });
  }
  return true;
}

void Session::Acknowledge() {
  if (told_seq_ == last_seq_) return;
  told_seq_ = last_seq_;
  untold_bytes_ = 0;
  ack_timer_.cancel();
  socket_.Send(json::serialize(json::object{{"type", "ack"}, {"seq", last_seq_}}));
}

void Session::Malformed(std::string_view why) {
  socket_.Drop();
  ack_timer_.cancel();
  listener_.OnMalformed(why);
}

void Session::OnEnd(const SocketEnd& end) {
  ack_timer_.cancel();
  listener_.OnEnd(end);
}

}  // namespace signaling::ctl
