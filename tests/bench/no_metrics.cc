// Preloaded into a server (LD_PRELOAD) it makes counting cost nothing: what is left is the same binary without its metrics,
// to be compared with. The names are those of prometheus-cpp's shared library, which the distributions link.
#include "prometheus/counter.h"
#include "prometheus/gauge.h"
#include "prometheus/histogram.h"

namespace prometheus {

void Counter::Increment() {}
void Counter::Increment(const double /*value*/) {}
void Gauge::Increment() {}
void Gauge::Increment(const double /*value*/) {}
void Gauge::Decrement() {}
void Gauge::Decrement(const double /*value*/) {}
void Gauge::Set(const double /*value*/) {}
void Histogram::Observe(const double /*value*/) {}

}  // namespace prometheus
