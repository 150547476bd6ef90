#include "services/signalctl/table.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "services/signalctl/terminal_text.h"

namespace signaling::ctl {
namespace {

constexpr std::size_t kGap = 2;

void Print(std::ostream& out, const std::vector<std::string>& cells,
           const std::vector<std::size_t>& widths) {
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    line += cells[i];
    if (i + 1 < cells.size()) line.append(widths[i] - Columns(cells[i]) + kGap, ' ');
  }
  out << line << "\n";
}

}  // namespace

void Table::Add(std::vector<std::string> cells) {
  cells.resize(headings_.size());
  for (std::string& cell : cells) cell = cell.empty() ? "-" : Printable(cell);
  rows_.push_back(std::move(cells));
}

void Table::Print(std::ostream& out, bool header) const {
  if (rows_.empty()) return;
  std::vector<std::size_t> widths(headings_.size());
  const auto widen = [&](const std::vector<std::string>& cells) {
    for (std::size_t i = 0; i < cells.size(); ++i)
      widths[i] = std::max(widths[i], Columns(cells[i]));
  };
  if (header) widen(headings_);
  for (const auto& row : rows_) widen(row);
  if (header) ctl::Print(out, headings_, widths);
  for (const auto& row : rows_) ctl::Print(out, row, widths);
}

void Sheet::Add(std::string name, std::string value) {
  if (!value.empty()) lines_.emplace_back(std::move(name), Printable(value));
}

void Sheet::Print(std::ostream& out) const {
  std::size_t width = 0;
  for (const auto& [name, value] : lines_) width = std::max(width, name.size());
  for (const auto& [name, value] : lines_) {
    out << name << std::string(width - name.size() + kGap, ' ') << value << "\n";
  }
}

}  // namespace signaling::ctl
