// A description as a browser writes it, line by line, to be spoilt in one place. For tests only.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace signaling {

inline std::string Fingerprint(std::string_view hash = "sha-256", std::size_t bytes = 32) {
  std::string text = "a=fingerprint:" + std::string(hash) + " 4A";
  for (std::size_t i = 1; i < bytes; ++i) text += ":4A";
  return text;
}

class SdpLines {
 public:
  SdpLines() {
    lines_ = {"v=0", "o=- 4611731400430051336 2 IN IP4 127.0.0.1", "s=-", "t=0 0",
              "a=group:BUNDLE 0 1"};                             // lines 1 to 5
    Section("audio", "9", "0");                                  // lines 6 to 12
    lines_.insert(lines_.end(), {"a=rtpmap:111 opus/48000/2"});  // line 13
    Section("video", "9", "1");                                  // lines 14 to 20
  }

  // Seven lines: m= c= ufrag pwd fingerprint setup mid.
  void Section(const std::string& media, const std::string& port, const std::string& mid) {
    lines_.insert(lines_.end(),
                  {"m=" + media + " " + port + " UDP/TLS/RTP/SAVPF 111", "c=IN IP4 0.0.0.0",
                   "a=ice-ufrag:EsAw", "a=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1", Fingerprint(),
                   "a=setup:actpass", "a=mid:" + mid});
  }

  // Numbers begin with 1, as in faults.
  SdpLines& Replace(std::size_t number, std::string line) {
    lines_.at(number - 1) = std::move(line);
    return *this;
  }
  SdpLines& Insert(std::size_t before, std::string line) {
    lines_.insert(lines_.begin() + static_cast<std::ptrdiff_t>(before - 1), std::move(line));
    return *this;
  }
  SdpLines& Erase(std::size_t number) {
    lines_.erase(lines_.begin() + static_cast<std::ptrdiff_t>(number - 1));
    return *this;
  }
  SdpLines& Append(std::string line) {
    lines_.push_back(std::move(line));
    return *this;
  }
  SdpLines& Cut(std::size_t count) {
    lines_.resize(count);
    return *this;
  }

  std::string Text(std::string_view end = "\r\n") const {
    std::string text;
    for (const std::string& line : lines_) text.append(line).append(end);
    return text;
  }

 private:
  std::vector<std::string> lines_;
};

}  // namespace signaling
