#include "tests/bench/breaks/client.h"

#include <charconv>
#include <utility>

#include "absl/strings/str_cat.h"

namespace signaling::bench {
namespace {

// At least every 64 events, says the protocol.
constexpr std::uint64_t kAcknowledgeEvery = 32;

std::string_view After(std::string_view text, std::string_view key) {
  const std::size_t at = text.find(key);
  return at == std::string_view::npos ? std::string_view() : text.substr(at + key.size());
}

std::uint64_t NumberAfter(std::string_view text, std::string_view key) {
  const std::string_view from = After(text, key);
  std::uint64_t value = 0;
  std::from_chars(from.data(), from.data() + from.size(), value);
  return value;
}

std::string_view StringAfter(std::string_view text, std::string_view key) {
  const std::string_view from = After(text, key);
  return from.substr(0, from.find('"'));
}

}  // namespace

Client::Client(Loop* loop, Seen* seen, std::string room, std::string name, std::size_t padding)
    : loop_(loop),
      seen_(seen),
      room_(std::move(room)),
      name_(std::move(name)),
      padding_(padding, 'x') {}

std::uint64_t Client::arrived(const std::string& sender) const {
  const auto found = arrived_.find(sender);
  return found == arrived_.end() ? 0 : found->second;
}

void Client::Connect(std::uint16_t port) {
  ++attempts;
  former_ = std::move(connection_);
  connection_ =
      std::make_unique<Connection>(loop_, port, "/v1", static_cast<Connection::Listener*>(this));
}

void Client::Cut() {
  connected_ = false;
  if (connection_ != nullptr) connection_->Abort();
}

void Client::OnOpen() {
  seen_->opened.push_back(Clock::now());
  std::string hello = absl::StrCat(R"({"type":"hello","client_id":")", name_, "\"");
  if (!token_.empty()) {
    absl::StrAppend(&hello, R"(,"resume":{"session_id":")", session_id_, R"(","resume_token":")",
                    token_, R"(","last_seq":)", last_seq_, "}");
  }
  connection_->Send(Frame(hello + "}"));
}

void Client::OnText(std::string_view text) {
  if (const std::uint64_t seq = NumberAfter(text, R"("seq":)"); seq != 0) last_seq_ = seq;
  if (const std::uint64_t id = NumberAfter(text, R"("ack":)"); id != 0) Acknowledged(id);
  const std::string_view type = StringAfter(text, R"("type":")");
  if (type == "connected") {
    OnConnected(text);
  } else if (type == "ack") {
    Acknowledged(NumberAfter(text, R"("id":)"));
  } else if (type == "message") {
    OnMessage(text);
  } else if (type == "joined") {
    joined_ = true;
    if (stalled_) connection_->Stall();
  } else if (type == "participant_left") {
    ++seen_->gone;
  }
  if (last_seq_ - acked_seq_ >= kAcknowledgeEvery && connected_) {
    acked_seq_ = last_seq_;
    connection_->Send(Frame(absl::StrCat(R"({"type":"ack","seq":)", last_seq_, "}")));
  }
}

void Client::OnConnected(std::string_view text) {
  connected_ = true;
  attempts = 0;
  const bool again = !token_.empty();
  const bool resumed = text.find(R"("resumed":true)") != std::string_view::npos;
  session_id_ = StringAfter(text, R"("session_id":")");
  token_ = StringAfter(text, R"("resume_token":")");
  if (again) seen_->back.push_back(Clock::now());
  if (resumed) {
    Acknowledged(NumberAfter(text, R"("last_id":)"));
    for (const Message& message : unacknowledged_) Write(message);
    if (stalled_) connection_->Stall();
    return;
  }
  if (again) ++seen_->not_resumed;
  connection_->Send(
      Frame(absl::StrCat(R"({"type":"join","id":)", next_id_++, R"(,"room":")", room_, "\"}")));
}

void Client::Acknowledged(std::uint64_t id) {
  while (!unacknowledged_.empty() && unacknowledged_.front().id <= id) unacknowledged_.pop_front();
}

void Client::Send() {
  const Message message{next_id_++, ++number_};
  unacknowledged_.push_back(message);
  ++seen_->sent;
  if (connected_) Write(message);
}

void Client::Write(const Message& message) {
  acked_seq_ = last_seq_;
  connection_->Send(
      Frame(absl::StrCat(R"({"type":"message","id":)", message.id, R"(,"ack":)", last_seq_,
                         R"(,"data":[)", message.number, ",\"", padding_, "\"]}")));
}

void Client::OnMessage(std::string_view text) {
  const std::uint64_t number = NumberAfter(text, R"("data":[)");
  std::uint64_t& last = arrived_[std::string(StringAfter(text, R"("client_id":")"))];
  if (number <= last) {
    ++seen_->duplicated;
    return;
  }
  if (number != last + 1) ++seen_->reordered;
  last = number;
  ++seen_->delivered;
}

void Client::OnEnd(std::string_view) {
  connected_ = false;
  ++seen_->broken;
}

}  // namespace signaling::bench
