// What is sent: session descriptions and candidates as browsers make them (RFC 8866, RFC 8829, RFC 8839), of the sizes
// that the workloads name. Each has a marker and, right after it, kSequenceDigits digits that number it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace signaling::bench {

enum class Kind { kOffer, kAnswer, kCandidate };
inline constexpr std::size_t kKinds = 3;

inline constexpr std::size_t kSequenceDigits = 10;
// Stands for a digit of the sequence number until the number is known.
inline constexpr char kSequencePlace = '\x01';

// One text as a JSON string holds it, so with escapes and without quotes.
struct Text {
  // Comes directly before the sequence digits and nowhere else in any frame of this kind.
  std::string marker;
  // From the first character to the last; the digits are kSequencePlace.
  std::string all;
  // What follows the digits, for comparison with what arrived.
  std::string tail;
};

// Made once. `candidate_bytes` is the size of a candidate's text.
class Corpus {
 public:
  explicit Corpus(std::size_t candidate_bytes);

  const Text& text(Kind kind) const { return texts_[static_cast<std::size_t>(kind)]; }

 private:
  Text texts_[kKinds];
};

}  // namespace signaling::bench
